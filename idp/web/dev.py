"""Comforts of development: the codes that the demo people's authenticator apps would show."""

from __future__ import annotations

from flask import Blueprint, Flask, Response

from config import Environment
from idp import demo
from idp.demo import codes
from idp.web.access import PUBLIC, access
from idp.web.pages import page

blueprint = Blueprint("dev", __name__)


def install(app: Flask) -> None:
    """Only in development: anywhere else these routes do not exist."""
    chosen = app.extensions["idp.settings"]
    if chosen.environment is Environment.DEVELOPMENT and demo.is_allowed(chosen):
        app.register_blueprint(blueprint)


@blueprint.get("/dev/codes")
@access(PUBLIC)
def current_codes() -> Response:
    """A pretend phone. Shows nobody but the demo people, whatever the database holds."""
    return page("dev/codes.html", people=codes.current())
