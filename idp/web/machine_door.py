"""What programs ask all day, answered before Flask is: tokens, UserInfo, introspection, revocation.

Only the plain request is answered here. Whatever is unusual about one (another host or method, a
query, a cookie, a body that is no form) goes to the views of `protocol`, and every failure to
Flask's handlers, so that nothing is refused in two places.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import partial
from io import BytesIO
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from flask import Flask
from werkzeug.datastructures import EnvironHeaders
from werkzeug.http import HTTP_STATUS_CODES

from idp import carried, json_text, origin
from idp.oauth import client_endpoints, parameters, server
from idp.oauth.machine import JwtResponse, MachineRequest, MachineResponse
from idp.oauth.parameters import MalformedParameters, Parameters
from idp.web import headers, language, request_cycle
from idp.web.misdirected import FORM
from idp.web.protocol import CROSS_ORIGIN, shared

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

    from config import Settings


@dataclass(frozen=True, slots=True)
class _Door:
    """One method of one address."""

    endpoint: str
    """Of the view that answers what is not plain."""
    respond: Callable[[MachineRequest], MachineResponse | JwtResponse]

    def written(self, answer: MachineResponse | JwtResponse) -> _Written:
        """What a client reads."""
        named = shared(answer.headers) if self.endpoint in CROSS_ORIGIN else answer.headers
        if isinstance(answer, JwtResponse):
            return _Written(200, "application/jwt", answer.token.encode("ascii"), named)
        body = json_text.written(answer.body).encode("ascii")
        return _Written(answer.status, "application/json", body, named)


@dataclass(frozen=True, slots=True)
class _Written:
    """An answer in bytes."""

    status: int
    kind: str
    body: bytes
    named: Mapping[str, str]

    def headers(self, *, is_https: bool) -> list[tuple[str, str]]:
        """All of them."""
        found = [("Content-Type", self.kind), ("Content-Length", str(len(self.body)))]
        found += self.named.items()
        found += headers.of_data(tuple(self.named), is_https=is_https)
        if self.status >= headers.FIRST_ERROR:
            found.append((headers.REFERENCE, origin.current().reference))
        return found


_DOORS: Mapping[tuple[str, str], _Door] = {
    ("POST", "/token"): _Door("protocol.token", server.token),
    ("GET", "/userinfo"): _Door("protocol.userinfo", server.userinfo),
    ("POST", "/userinfo"): _Door("protocol.userinfo", server.userinfo),
    ("POST", "/introspect"): _Door(
        "protocol.introspect", partial(client_endpoints.respond, client_endpoints.INTROSPECTION)
    ),
    ("POST", "/revoke"): _Door(
        "protocol.revoke", partial(client_endpoints.respond, client_endpoints.REVOCATION)
    ),
}
_UNUSUAL = ("HTTP_COOKIE", "HTTP_TRANSFER_ENCODING", "HTTP_EXPECT")
_STATUS_LINES = {code: f"{code} {words.upper()}" for code, words in HTTP_STATUS_CODES.items()}


class MachineDoor:
    """WSGI in front of an app."""

    def __init__(self, app: Flask) -> None:
        settings: Settings = app.extensions["idp.settings"]
        self._app = app
        self._inner: WSGIApplication = app.wsgi_app
        self._host = urlsplit(settings.issuer).netloc
        self._is_https = settings.is_https
        self._largest = settings.server.maximum_body_size

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        door = _DOORS.get((environ["REQUEST_METHOD"], environ.get("PATH_INFO", "")))
        if door is None or not self._is_plain(environ):
            return self._inner(environ, start_response)
        body = environ["wsgi.input"].read(_length(environ))
        received = _form(environ, body)
        if received is None:
            return self._inner(_with_body(environ, body), start_response)
        with self._app.app_context():
            _come_in(environ)
            try:
                written = door.written(door.respond(_request(received, environ)))
                request_cycle.end_unit_of_work(written.status)
            except Exception as error:  # noqa: BLE001  Flask's handlers know what to say of each
                return self._failed(error, _with_body(environ, body), start_response)
            named = written.headers(is_https=self._is_https)
            request_cycle.observe(door.endpoint, environ["REQUEST_METHOD"], written.status)
        start_response(_STATUS_LINES[written.status], named)
        return [written.body]

    def _is_plain(self, environ: WSGIEnvironment) -> bool:
        if environ.get("HTTP_HOST") != self._host or environ.get("SCRIPT_NAME"):
            return False
        if environ.get("QUERY_STRING") or any(name in environ for name in _UNUSUAL):
            return False
        return 0 <= _length(environ) <= self._largest

    def _failed(
        self, error: Exception, environ: WSGIEnvironment, start_response: StartResponse
    ) -> Iterable[bytes]:
        """In the same unit of work, which is rolled back."""
        with self._app.request_context(environ):
            request_cycle.note_access()
            response = self._app.finalize_request(self._app.handle_user_exception(error))
            return response(environ, start_response)


def _length(environ: WSGIEnvironment) -> int:
    told = environ.get("CONTENT_LENGTH") or "0"
    return int(told) if told.isdecimal() else -1


def _form(environ: WSGIEnvironment, body: bytes) -> Parameters | None:
    """The fields; None when there is anything that the views have to judge."""
    if not _length(environ):
        return ()
    if environ["REQUEST_METHOD"] == "GET" or len(body) != _length(environ):
        return None
    if environ.get("CONTENT_TYPE", "").partition(";")[0].strip().lower() != FORM:
        return None
    try:
        return parameters.parse(body)
    except MalformedParameters:
        return None


def _with_body(environ: WSGIEnvironment, body: bytes) -> WSGIEnvironment:
    """For whoever reads it again."""
    return {**environ, "wsgi.input": BytesIO(body)}


def _come_in(environ: WSGIEnvironment) -> None:
    request_cycle.begin(environ)
    carried.enter({})
    language.enter()


def _request(received: Parameters, environ: WSGIEnvironment) -> MachineRequest:
    def every_header() -> Iterable[tuple[str, str]]:
        return EnvironHeaders(environ).items()

    return MachineRequest(received, environ.get("HTTP_AUTHORIZATION"), every_header)
