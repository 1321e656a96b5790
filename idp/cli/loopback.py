"""Where a browser comes back to on this machine (RFC 8252 §7.3): one listener, one answer."""

from __future__ import annotations

import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any
from urllib.parse import parse_qsl, urlsplit

HOSTS = ("127.0.0.1", "[::1]", "localhost")
PATH = "/callback"
_PAGE = b"""<!doctype html><html lang="en"><meta charset="utf-8"><title>Signed in</title>
<main data-page="callback"><h1>Back at the command line</h1>
<p>You can close this window.</p></main></html>"""


class TimedOut(Exception):
    """Nobody came back in time."""


@dataclass
class Callback:
    """`answer`: the parameters that belong to our `state`; anything else is no answer."""

    redirect_uri: str
    server: HTTPServer
    state: str = ""
    answer: dict[str, str] = field(default_factory=dict)

    def wait(self, state: str, seconds: float) -> dict[str, str]:
        """Handle requests until the one with this `state` came."""
        self.state = state
        ends = time.monotonic() + seconds
        while not self.answer:
            if time.monotonic() >= ends:
                raise TimedOut
            self.server.timeout = min(1.0, max(0.05, ends - time.monotonic()))
            self.server.handle_request()
        return self.answer


def is_loopback(uri: str) -> bool:
    """Whether we could listen there."""
    parts = urlsplit(uri)
    return parts.scheme == "http" and parts.hostname in {"127.0.0.1", "::1", "localhost"}


@contextmanager
def listening(redirect_uri: str) -> Iterator[Callback]:
    """At the address of this URI; without a port at a free one, which is put in (RFC 8252 §7.3)."""
    parts = urlsplit(redirect_uri)
    host = "127.0.0.1" if parts.hostname == "localhost" else parts.hostname or "127.0.0.1"
    with _server(host, parts.port or 0) as server:
        port = server.server_address[1]
        named = f"[{parts.hostname}]" if ":" in host else parts.hostname
        whole = redirect_uri if parts.port else f"http://{named}:{port}{parts.path}"
        callback = Callback(whole, server)
        server.RequestHandlerClass = _handler(callback, parts.path)
        yield callback


@contextmanager
def _server(host: str, port: int) -> Iterator[HTTPServer]:
    class Local(HTTPServer):
        address_family = socket.AF_INET6 if ":" in host else socket.AF_INET

    with Local((host, port), BaseHTTPRequestHandler) as server:
        yield server


def _handler(callback: Callback, path: str) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        timeout = 5

        def do_GET(self) -> None:
            """Only our own answer counts; whatever else comes by is told that it is not."""
            asked = urlsplit(self.path)
            answer = dict(parse_qsl(asked.query, keep_blank_values=True))
            is_ours = asked.path == path and answer.get("state") == callback.state != ""
            self.send_response(200 if is_ours else 404)
            self.send_header("Content-Type", "text/html; charset=utf-8")
            self.send_header("Referrer-Policy", "no-referrer")
            self.send_header("Content-Security-Policy", "default-src 'none'")
            self.end_headers()
            if is_ours:
                self.wfile.write(_PAGE)
                callback.answer = answer

        def log_message(self, format: str, *_values: Any) -> None:  # noqa: A002  the base's name
            """An address with a code in it is in no log."""

    return Handler
