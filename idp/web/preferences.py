"""What a browser may choose without an account: the language and the colours of its pages."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

from flask import Blueprint, Response, current_app, request
from werkzeug.exceptions import HTTPException, MethodNotAllowed

from idp.accounts import profile
from idp.extensions import db, settings
from idp.language import LANGUAGES
from idp.models import User
from idp.web import browser, language
from idp.web.access import PUBLIC, access
from idp.web.pages import THEME_COOKIE, THEMES, see_other

blueprint = Blueprint("preferences", __name__, url_prefix="/preferences")
_YEAR_SECONDS = 365 * 24 * 3600
_INTERACTION_PATH = re.compile(r"/interaction/([\w-]+)")


@blueprint.post("/theme")
@access(PUBLIC)
def theme() -> Response:
    """Remember the colour scheme in this browser."""
    chosen = request.form.get("theme", "")
    response = see_other(_way_back())
    if chosen in THEMES:
        _remember(response, THEME_COOKIE, chosen)
    return response


@blueprint.post("/language")
@access(PUBLIC)
def choose_language() -> Response:
    """Remember the language in this browser, and in the account that is signed in here."""
    chosen = request.form.get("language", "")
    response = see_other(_way_back())
    if chosen in LANGUAGES:
        _remember(response, language.COOKIE, language.choice(chosen, _interaction_in_hand()))
        _tell_account(chosen)
    return response


def own_path(target: str) -> str:
    """A path on this host, or the front page: `//host` and `/\\host` lead elsewhere in browsers
    (A52).
    """
    is_ours = (
        target.startswith("/") and not target.startswith(("//", "/\\")) and target.isprintable()
    )
    return target if is_ours and "\\" not in target else "/"


def _way_back() -> str:
    target = own_path(request.form.get("return_to", "/"))
    return target if _can_be_opened(target) else "/"


def _can_be_opened(target: str) -> bool:
    """A page that only answers forms is no place to return to; a page that is missing is."""
    address = current_app.url_map.bind(request.host)
    try:
        address.match(urlsplit(target).path, method="GET")
    except MethodNotAllowed:
        return False
    except HTTPException:
        return True
    return True


def _interaction_in_hand() -> str | None:
    found = _INTERACTION_PATH.match(_way_back())
    return found[1] if found else None


def _tell_account(chosen: str) -> None:
    session = browser.recognised_session()
    user = db.session.get(User, session.user_id) if session else None
    if user is not None:
        profile.change_language(user, chosen)


def _remember(response: Response, name: str, value: str) -> None:
    response.set_cookie(
        name,
        value,
        max_age=_YEAR_SECONDS,
        secure=settings().is_https,
        httponly=True,
        samesite="Lax",
    )
