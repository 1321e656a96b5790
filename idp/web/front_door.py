"""What the doors in front of Flask have in common: they answer the plain request in one app context
and one unit of work, and leave the rest, and every failure, to Flask.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from idp import carried
from idp.web import language, request_cycle

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment
    from flask import Flask

    from config import Settings


class FrontDoor:
    """WSGI in front of an app, or of the door behind it."""

    def __init__(self, app: Flask) -> None:
        self.app = app
        self.behind: WSGIApplication = app.wsgi_app
        self.settings: Settings = app.extensions["idp.settings"]
        self._host = urlsplit(self.settings.issuer).netloc

    def is_ours(self, environ: WSGIEnvironment) -> bool:
        """Whether it was sent to the issuer, as the issuer spells itself."""
        return environ.get("HTTP_HOST") == self._host and not environ.get("SCRIPT_NAME")

    def failed(
        self, error: Exception, environ: WSGIEnvironment, start_response: StartResponse
    ) -> Iterable[bytes]:
        """What Flask's handlers say of it, in the same unit of work, which is rolled back."""
        with self.app.request_context(environ):
            request_cycle.note_access()
            response = self.app.finalize_request(self.app.handle_user_exception(error))
            return response(environ, start_response)


def come_in(environ: WSGIEnvironment) -> None:
    """Somebody asks, who has brought nothing that only a page would look at."""
    request_cycle.begin(environ)
    carried.enter({})
    language.enter()
