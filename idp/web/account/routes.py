"""The blueprint of the account pages, and who is signed in."""

from __future__ import annotations

from flask import Blueprint, Response, url_for
from werkzeug.exceptions import Gone

from idp.extensions import db
from idp.models import User
from idp.web import current
from idp.web.pages import see_other

blueprint = Blueprint("account", __name__, url_prefix="/account")


def me() -> User:
    """The signed-in user; the guard has recognised the session and an enabled account."""
    user = db.session.get(User, current.session().user_id)
    if user is None:
        raise Gone("the account was closed meanwhile")
    return user


def to_overview(notice: str | None = None) -> Response:
    """Back to the overview, which words the notice by its key."""
    return see_other(url_for("account.overview", notice=notice))


def to_security(notice: str | None = None) -> Response:
    """Back to the security page, which words the notice by its key."""
    return see_other(url_for("account.security", notice=notice))


def to_sessions(notice: str) -> Response:
    """Back to the list of sessions."""
    return see_other(url_for("account.sessions", notice=notice))


def to_apps(notice: str) -> Response:
    """Back to the connected apps."""
    return see_other(url_for("account.apps", notice=notice))
