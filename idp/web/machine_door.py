"""What programs ask all day, answered before Flask is: tokens, UserInfo, introspection, revocation.

Only the plain request is answered here. Whatever is unusual about one (another host or method, a
query, a cookie, a body that is no form) goes to the views of `protocol`, and every failure to
Flask's handlers, so that nothing is refused in two places.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import partial
from io import BytesIO
from typing import TYPE_CHECKING, TypeAlias
from urllib.parse import urlsplit

from flask import Flask
from werkzeug.datastructures import EnvironHeaders
from werkzeug.http import HTTP_STATUS_CODES

from idp import carried
from idp.oauth import client_endpoints, parameters, server
from idp.oauth.machine import JwtResponse, MachineRequest, MachineResponse
from idp.oauth.parameters import MalformedParameters, Parameters
from idp.web import headers, language, request_cycle
from idp.web.misdirected import FORM
from idp.web.protocol import CROSS_ORIGIN, shared

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

Answer: TypeAlias = MachineResponse | JwtResponse
_Headers: TypeAlias = list[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class _Door:
    """One method of one address."""

    endpoint: str
    """Of the view that answers what is not plain."""
    respond: Callable[[MachineRequest], Answer]


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
        settings = app.extensions["idp.settings"]
        self._app = app
        self._inner: WSGIApplication = app.wsgi_app
        self._host = urlsplit(settings.issuer).netloc
        self._largest: int = settings.server.maximum_body_size

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        door = _DOORS.get((environ["REQUEST_METHOD"], environ.get("PATH_INFO", "")))
        if door is None or not self._is_plain(environ):
            return self._inner(environ, start_response)
        body = environ["wsgi.input"].read(_length(environ))
        received = _form(environ, body)
        if received is None:
            return self._inner(_with_body(environ, body), start_response)
        with self._app.app_context():
            return self._answer(door, received, environ, body, start_response)

    def _is_plain(self, environ: WSGIEnvironment) -> bool:
        if environ.get("HTTP_HOST") != self._host or environ.get("SCRIPT_NAME"):
            return False
        if environ.get("QUERY_STRING") or any(name in environ for name in _UNUSUAL):
            return False
        return 0 <= _length(environ) <= self._largest

    def _answer(
        self,
        door: _Door,
        received: Parameters,
        environ: WSGIEnvironment,
        body: bytes,
        start_response: StartResponse,
    ) -> Iterable[bytes]:
        _come_in(environ)
        try:
            answer = door.respond(_request(received, environ))
            status = answer.status if isinstance(answer, MachineResponse) else 200
            content, written = _written(door, answer)
            request_cycle.end_unit_of_work(status)
        except Exception as error:  # noqa: BLE001  Flask's handlers know what to say of each
            return self._failed(error, _with_body(environ, body), start_response)
        start_response(_STATUS_LINES[status], headers.complete_data(written, status))
        request_cycle.observe(door.endpoint, environ["REQUEST_METHOD"], status)
        return [content]

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


def _written(door: _Door, answer: Answer) -> tuple[bytes, _Headers]:
    """`json.dumps` keeps ASCII, so a client that guesses another encoding reads the same."""
    kind, content = (
        ("application/jwt", answer.token)
        if isinstance(answer, JwtResponse)
        else ("application/json", json.dumps(answer.body))
    )
    body = content.encode("ascii")
    named = shared(answer.headers) if door.endpoint in CROSS_ORIGIN else answer.headers
    return body, [("Content-Type", kind), ("Content-Length", str(len(body))), *named.items()]
