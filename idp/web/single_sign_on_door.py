"""Whoever is signed in and has allowed an app comes back to it at once, answered before Flask is.

Only the plain request is answered here: one that nothing is to be asked about. Any other goes to
the view, which judges it anew, since nothing was written for it: there is one place that refuses,
and one that shows pages.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache, partial
from typing import TYPE_CHECKING

from markupsafe import escape
from werkzeug.urls import iri_to_uri

from idp import clock, single_sign_on
from idp.authentication import session as sessions
from idp.extensions import settings
from idp.oauth import parameters, rules, tracing
from idp.oauth.errors import ShownError
from idp.oauth.parameters import MalformedParameters, Received
from idp.oauth.request import AuthorizationRequest
from idp.oauth.response import ResponseMode
from idp.single_sign_on import Meeting
from idp.web import browser, headers, request_cycle
from idp.web.front_door import Answer, FrontDoor, Visit

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

_VIEW = "protocol.authorize"
_REFUSED = (MalformedParameters, ShownError, rules.Refused)
_BY_OBJECT = ("request", "request_uri")
"""To be fetched and verified once, by the view (RFC 9101)."""
_SEE_OTHER = "303 SEE OTHER"
_NOTE = """<!doctype html>
<html lang=en>
<title>Redirecting...</title>
<h1>Redirecting...</h1>
<p>You should be redirected automatically to the target URL: <a href="{0}">{0}</a>. If not, click \
the link.
"""
"""RFC 9110 §15.4.4: for who does not follow."""


class SingleSignOnDoor(FrontDoor):
    """WSGI in front of an app."""

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        if not self._is_plain(environ):
            return self.behind(environ, start_response)
        visit = Visit(self.app, _VIEW, environ, partial(_answer, environ))
        self.take_turn(visit)
        return self.speak(visit, environ, start_response)

    def _is_plain(self, environ: WSGIEnvironment) -> bool:
        if environ.get("PATH_INFO") != "/authorize" or environ["REQUEST_METHOD"] != "GET":
            return False
        query = environ.get("QUERY_STRING", "")
        is_short = len(query) + len("/authorize") <= self.settings.server.maximum_url_size
        may_be_signed_in = "session=" in environ.get("HTTP_COOKIE", "")
        return may_be_signed_in and is_short and "%00" not in query and self.is_ours(environ)


def _answer(environ: WSGIEnvironment) -> Answer | None:
    token = _session_token(environ["HTTP_COOKIE"])
    meeting = _meeting(environ["QUERY_STRING"].encode("latin-1"), token) if token else None
    if meeting is None:
        return None
    single_sign_on.note_presence(meeting)
    location = single_sign_on.answer(meeting).location or ""
    body = _NOTE.format(escape(location)).encode("ascii")
    request_cycle.end_unit_of_work(303)
    return Answer(303, _SEE_OTHER, _headers(location, body), [body])


def _session_token(cookies: str) -> str | None:
    """The value of the session's cookie; None where the cookies are for the view to judge."""
    found = browser.ours_of(cookies)
    return found.get(browser.session_cookie()) or None if found else None


def _meeting(query: bytes, token: str) -> Meeting | None:
    """None: not one that can be answered here. Until then nothing is written."""
    try:
        received = Received(parameters.parse(query))
        judged = None if any(map(received.get, _BY_OBJECT)) else rules.judge(received)
    except _REFUSED:
        return None
    if judged is None or not _is_led_by_address(judged):
        return None
    accounts = sessions.signed_in(token)
    if not accounts:
        return None
    meeting = single_sign_on.meet(judged, judged.requirement(clock.now()), accounts)
    if not meeting.is_settled:
        return None
    tracing.accepted(received, judged)
    return meeting


def _is_led_by_address(judged: AuthorizationRequest) -> bool:
    return judged.response_mode.way is not ResponseMode.FORM_POST and _is_uri(judged.redirect_uri)


@lru_cache(maxsize=1024)
def _is_uri(redirect_uri: str) -> bool:
    """Whether it goes into a header as it stands."""
    return iri_to_uri(redirect_uri) == redirect_uri


def _headers(location: str, body: bytes) -> list[tuple[str, str]]:
    return [
        ("Content-Type", "text/html; charset=utf-8"),
        ("Content-Length", str(len(body))),
        ("Location", location),
        *headers.of_redirect(is_https=settings().is_https),
    ]
