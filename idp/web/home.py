"""The front page, and the pictures that pages show of apps."""

from __future__ import annotations

from flask import Blueprint, Response
from werkzeug.exceptions import NotFound

from idp.clients import logo
from idp.web.access import PUBLIC, access
from idp.web.pages import page

blueprint = Blueprint("home", __name__)
_DAY_SECONDS = 24 * 3600


@blueprint.get("/")
@access(PUBLIC)
def home() -> Response:
    """What this is, and the way to the account."""
    return page("home.html")


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
