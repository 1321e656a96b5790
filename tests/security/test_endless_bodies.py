"""A109: bodies that never end, or hold a hundred thousand fields, are refused within a second."""

from __future__ import annotations

import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from itertools import product
from urllib.parse import urlsplit

import pytest

from tests.security.conftest import Running
from tests.support.databases import EngineKind

pytestmark = pytest.mark.parametrize("engine_kind", [EngineKind.SQLITE], indirect=True)

BOUNDARY = "x"
FIELDS = 100_000
FIELD = f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="a"\r\n\r\n\r\n'
FORMS = ("application/x-www-form-urlencoded", f"multipart/form-data; boundary={BOUNDARY}")
SECONDS = 5.0
"""One, on a machine that does nothing else; each takes a few milliseconds of it."""


def said(running: Running, path: str, kind: str, length: str, pieces: list[bytes]) -> bytes:
    """The answer's first line; what the server no longer reads is not sent."""
    parts = urlsplit(running.issuer)
    head = (
        f"POST {path} HTTP/1.1\r\nHost: {parts.netloc}\r\nContent-Type: {kind}\r\n{length}\r\n\r\n"
    )
    with socket.create_connection(("127.0.0.1", parts.port or 0), timeout=10) as connection:
        connection.sendall(head.encode())
        with suppress(ConnectionError):
            for piece in pieces:
                connection.sendall(piece)
        with suppress(ConnectionError):
            return connection.recv(4096).partition(b"\r\n")[0]
    raise AssertionError(f"{path} was closed without an answer")


def test_no_body_is_read_to_an_end_that_never_comes(running: Running) -> None:
    chunks = [b"%x\r\n%s\r\n" % (8192, b"a" * 8192)] * 64
    too_large = (FIELD * FIELDS).encode()
    many = (FIELD * 1200).encode()

    for path, kind in product(("/token", "/authorize", "/register", "/session"), FORMS):
        case = f"{path}, {kind}"
        with quickly(case):
            endless = said(running, path, kind, "Transfer-Encoding: chunked", chunks)
        assert status(endless) == 411, case
        with quickly(case):
            large = said(running, path, kind, f"Content-Length: {len(too_large)}", [too_large])
        assert status(large) in {404, 405, 413}, case
        with quickly(case):
            within = said(running, path, kind, f"Content-Length: {len(many)}", [many])
        assert status(within) in {400, 403, 404, 405, 413}, case


@contextmanager
def quickly(case: str) -> Iterator[None]:
    began = time.monotonic()
    yield
    assert time.monotonic() - began < SECONDS, case


def status(first_line: bytes) -> int:
    return int(first_line.split(b" ")[1])
