"""The front page, and preferences that need no account."""

from __future__ import annotations

from flask import Blueprint, Response, request
from werkzeug.exceptions import NotFound

from idp.clients import logo
from idp.extensions import settings
from idp.web.access import PUBLIC, access
from idp.web.pages import THEME_COOKIE, THEMES, page, see_other

blueprint = Blueprint("home", __name__)
_DAY_SECONDS = 24 * 3600
_YEAR_SECONDS = 365 * _DAY_SECONDS


@blueprint.get("/")
@access(PUBLIC)
def home() -> Response:
    """What this is, and the way to the account."""
    return page("home.html")


@blueprint.post("/preferences/theme")
@access(PUBLIC)
def theme() -> Response:
    """Remember the colour scheme in this browser."""
    chosen = request.form.get("theme", "")
    response = see_other(own_path(request.form.get("return_to", "/")))
    if chosen in THEMES:
        response.set_cookie(
            THEME_COOKIE,
            chosen,
            max_age=_YEAR_SECONDS,
            secure=settings().is_https,
            httponly=True,
            samesite="Lax",
        )
    return response


@blueprint.get("/logo/<path:client_id>")
@access(PUBLIC)
def client_logo(client_id: str) -> Response:
    """A client's logo from our own store: raster only, and never guessed to be anything else."""
    found = logo.find(client_id)
    if found is None:
        raise NotFound
    response = Response(found.content, content_type=found.content_type)
    response.headers["Cache-Control"] = f"public, max-age={_DAY_SECONDS}"
    return response


def own_path(target: str) -> str:
    """A path on this host, or the front page: `//host` and `/\\host` lead elsewhere in browsers
    (A52).
    """
    is_ours = (
        target.startswith("/") and not target.startswith(("//", "/\\")) and target.isprintable()
    )
    return target if is_ours and "\\" not in target else "/"
