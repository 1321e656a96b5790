"""Comforts of development: what the demo people's authenticator apps would show, and their mail."""

from __future__ import annotations

from flask import Blueprint, Flask, Response, abort

from config import Environment
from idp import demo
from idp.demo import codes, mailbox
from idp.extensions import settings
from idp.web.access import PUBLIC, access
from idp.web.pages import page

blueprint = Blueprint("dev", __name__)

_FOREIGN_HTML = (
    "sandbox allow-popups allow-top-navigation-by-user-activation; default-src 'none'; "
    "style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
"""As mail programs show it: nothing runs, nothing is loaded, and it belongs to no origin."""


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


@blueprint.get("/dev/mail")
@access(PUBLIC)
def mail() -> Response:
    """Everybody's mailbox, the newest mail first."""
    chosen = settings()
    return page("dev/mail.html", mails=mailbox.newest_first(chosen), folder=mailbox.folder(chosen))


@blueprint.get("/dev/mail/<name>")
@access(PUBLIC)
def one_mail(name: str) -> Response:
    """Its text, with links to follow."""
    return page("dev/one_mail.html", mail=_mail(name))


@blueprint.get("/dev/mail/<name>/html")
@access(PUBLIC)
def html_of_mail(name: str) -> Response:
    """Its HTML, locked into a sandbox."""
    answer = Response(_mail(name).html, mimetype="text/html")
    answer.headers["Content-Security-Policy"] = _FOREIGN_HTML
    return answer


def _mail(name: str) -> mailbox.Mail:
    return mailbox.find(settings(), name) or abort(404)
