"""The documents that every app asks for, answered before Flask is: with the bytes of the last
answer, while nothing that they tell of has changed.

What is kept was answered by the views of `well_known`, so there is one place that makes them. Any
request that is not the plain one goes there, too.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from types import TracebackType
from typing import TYPE_CHECKING, TypeAlias

from flask import Flask
from werkzeug.http import parse_etags

from idp import cache, clock, metrics

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

ENDPOINTS = {
    "/.well-known/openid-configuration": "well_known.discovery",
    "/.well-known/oauth-authorization-server": "well_known.authorization_server",
    "/jwks": "well_known.key_set",
}
_UNUSUAL = ("HTTP_IF_MODIFIED_SINCE", "HTTP_RANGE", "HTTP_IF_RANGE", "HTTP_TRANSFER_ENCODING")
_ABOUT_THE_BODY = frozenset({"content-type", "content-length"})
_OK, _NOT_MODIFIED = "200 OK", "304 NOT MODIFIED"
_MOST_KEPT = 16
"""Of hosts there is one, and operators may have probes by another."""
_FOR = timedelta(seconds=cache.MAXIMUM_AGE_SECONDS)

_Headers: TypeAlias = list[tuple[str, str]]
_Key: TypeAlias = tuple[str, str]
_Error: TypeAlias = (
    tuple[type[BaseException], BaseException, TracebackType] | tuple[None, ...] | None
)


@dataclass(frozen=True, slots=True)
class _Kept:
    body: bytes
    headers: _Headers
    etag: str
    made_at: datetime
    holds: Callable[[], bool]

    def is_good(self) -> bool:
        # Keys are published and retire by the clock alone.
        return self.holds() and abs(clock.now() - self.made_at) < _FOR


class KeptAnswers:
    """WSGI in front of an app."""

    def __init__(self, app: Flask) -> None:
        self._app = app
        self._inner: WSGIApplication = app.wsgi_app
        self._kept: dict[_Key, _Kept] = {}

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        key = _key_of(environ)
        if key is None:
            return self._inner(environ, start_response)
        kept = self._kept.get(key)
        if kept is None or not kept.is_good():
            return self._asked(key, environ, start_response)
        return _answer(kept, key, environ, start_response)

    def _asked(
        self, key: _Key, environ: WSGIEnvironment, start_response: StartResponse
    ) -> Iterable[bytes]:
        begun: list[tuple[str, _Headers]] = []

        def note(status: str, headers: _Headers, error: _Error = None, /) -> Callable[..., object]:
            begun.append((status, list(headers)))
            return start_response(status, headers, error)  # type: ignore[arg-type]

        # Before the views read: what changes while they do is not vouched for.
        with self._app.app_context():
            holds = cache.witness()
        parts = self._inner(environ, note)
        if not begun or begun[-1][0] != _OK:
            return parts
        try:
            body = b"".join(parts)
        finally:
            getattr(parts, "close", lambda: None)()
        if holds():
            self._keep(key, body, begun[-1][1], holds)
        return [body]

    def _keep(self, key: _Key, body: bytes, headers: _Headers, holds: Callable[[], bool]) -> None:
        etag = next((value for name, value in headers if name.lower() == "etag"), "")
        if len(self._kept) >= _MOST_KEPT:
            self._kept.clear()
        self._kept[key] = _Kept(body, headers, etag.strip('"'), clock.now(), holds)


def _key_of(environ: WSGIEnvironment) -> _Key | None:
    """Of a plain request for one of the documents."""
    path = environ.get("PATH_INFO", "")
    if path not in ENDPOINTS or environ["REQUEST_METHOD"] != "GET" or environ.get("QUERY_STRING"):
        return None
    has_body = environ.get("CONTENT_LENGTH", "") not in {"", "0"}
    if has_body or any(name in environ for name in _UNUSUAL):
        return None
    return path, environ.get("HTTP_HOST", "")


def _answer(
    kept: _Kept, key: _Key, environ: WSGIEnvironment, start_response: StartResponse
) -> Iterable[bytes]:
    began = time.perf_counter()
    known = environ.get("HTTP_IF_NONE_MATCH")
    is_known = known is not None and parse_etags(known).contains_weak(kept.etag)
    if is_known:
        spared = [pair for pair in kept.headers if pair[0].lower() not in _ABOUT_THE_BODY]
        start_response(_NOT_MODIFIED, spared)
    else:
        start_response(_OK, list(kept.headers))
    status = 304 if is_known else 200
    metrics.observe_request(ENDPOINTS[key[0]], "GET", status, time.perf_counter() - began)
    return [b""] if is_known else [kept.body]
