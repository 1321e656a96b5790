"""A73: two readings of one request's length never become two requests."""

from __future__ import annotations

import socket
from urllib.parse import urlsplit

import pytest

from tests.security.conftest import Running
from tests.support.databases import EngineKind

pytestmark = pytest.mark.parametrize("engine_kind", [EngineKind.SQLITE], indirect=True)

HIDDEN = "GET /healthz HTTP/1.1\r\nHost: {host}\r\n\r\n"

AMBIGUOUS = {
    "two lengths": "Content-Length: 0\r\nContent-Length: {size}\r\n\r\n",
    "length and chunks": "Content-Length: {size}\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    "chunks twice": "Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n\r\n",
    "spaced name": "Content-Length : {size}\r\n\r\n",
    "signed length": "Content-Length: +{size}\r\n\r\n",
    "folded": "X: a\r\n Content-Length: {size}\r\n\r\n",
}


def raw(issuer: str, head: str) -> bytes:
    """What the server says until it closes or falls silent."""
    parts = urlsplit(issuer)
    hidden = HIDDEN.format(host=parts.netloc)
    request = f"POST /token HTTP/1.1\r\nHost: {parts.netloc}\r\n" + head.format(size=len(hidden))
    with socket.create_connection(("127.0.0.1", parts.port or 0), timeout=2) as connection:
        connection.sendall((request + hidden).encode())
        said = b""
        try:
            while piece := connection.recv(65536):
                said += piece
        except TimeoutError:
            pass
        return said


def test_an_ambiguous_length_is_refused_or_read_one_way(running: Running) -> None:
    for name, head in AMBIGUOUS.items():
        said = raw(running.issuer, head)

        assert said.startswith(b"HTTP/1.1 4") or said == b"", name
        first = said.split(b" ", 2)[1:2]
        # Refused outright, or answered once for the one request that it is.
        assert said.count(b"HTTP/1.1 200") == 0 or first == [b"400"], (name, said)
