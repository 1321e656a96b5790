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

from werkzeug.datastructures import EnvironHeaders
from werkzeug.http import HTTP_STATUS_CODES

from idp import json_text, origin
from idp.oauth import client_endpoints, parameters, server
from idp.oauth.machine import JwtResponse, MachineRequest, MachineResponse
from idp.oauth.parameters import MalformedParameters, Parameters
from idp.web import cross_origin, headers, request_cycle
from idp.web.front_door import Answer, FrontDoor, Visit, go_at_once
from idp.web.misdirected import FORM

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment


@dataclass(frozen=True, slots=True)
class _Door:
    """One method of one address."""

    endpoint: str
    """Of the view that answers what is not plain."""
    respond: Callable[[MachineRequest], MachineResponse | JwtResponse]

    def written(self, answer: MachineResponse | JwtResponse) -> _Written:
        """What a client reads."""
        is_shared = self.endpoint in cross_origin.ENDPOINTS
        named = cross_origin.readable(answer.headers) if is_shared else answer.headers
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
_IN_TURN = frozenset({"authorization_code", "refresh_token"})
"""Grants that write. Whoever only asks would wait for them."""
_UNUSUAL = frozenset({"HTTP_COOKIE", "HTTP_TRANSFER_ENCODING", "HTTP_EXPECT"})
_STATUS_LINES = {code: f"{code} {words.upper()}" for code, words in HTTP_STATUS_CODES.items()}


class MachineDoor(FrontDoor):
    """WSGI in front of an app."""

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        door = _DOORS.get((environ["REQUEST_METHOD"], environ.get("PATH_INFO", "")))
        if door is None or not self._is_plain(environ):
            return self.behind(environ, start_response)
        body = environ["wsgi.input"].read(_length(environ))
        environ["wsgi.input"] = BytesIO(body)  # for whoever reads it again
        received = _form(environ, body)
        if received is None:
            return self.behind(environ, start_response)
        respond = partial(self._answer, door, received, environ)
        visit = Visit(self.app, door.endpoint, environ, respond)
        if _takes_turns(received, environ):
            self.take_turn(visit)
        else:
            go_at_once(visit)
        return self.speak(visit, environ, start_response)

    def _answer(self, door: _Door, received: Parameters, environ: WSGIEnvironment) -> Answer:
        written = door.written(door.respond(_request(received, environ)))
        request_cycle.end_unit_of_work(written.status)
        named = written.headers(is_https=self.settings.is_https)
        return Answer(written.status, _STATUS_LINES[written.status], named, [written.body])

    def _is_plain(self, environ: WSGIEnvironment) -> bool:
        if environ.get("QUERY_STRING") or not environ.keys().isdisjoint(_UNUSUAL):
            return False
        is_small = 0 <= _length(environ) <= self.settings.server.maximum_body_size
        return is_small and self.is_ours(environ)


def _takes_turns(received: Parameters, environ: WSGIEnvironment) -> bool:
    """Not if keys of the client may have to be fetched from it (RFC 7523), nor with a proof, whose
    use is a transaction of its own (RFC 9449).
    """
    asked = dict(received)
    writes = asked.get("grant_type") in _IN_TURN
    return writes and "client_assertion" not in asked and "HTTP_DPOP" not in environ


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


def _request(received: Parameters, environ: WSGIEnvironment) -> MachineRequest:
    def every_header() -> Iterable[tuple[str, str]]:
        return EnvironHeaders(environ).items()

    return MachineRequest(
        received,
        environ.get("HTTP_AUTHORIZATION"),
        every_header,
        environ.get("HTTP_DPOP"),
        environ["REQUEST_METHOD"],
        environ["PATH_INFO"],
    )
