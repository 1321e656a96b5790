"""A request that broke off on its way is not done as if it had come whole."""

from __future__ import annotations

import socket
from contextlib import suppress
from urllib.parse import urlsplit

import pytest

from tests.security.conftest import Running
from tests.support.databases import EngineKind

pytestmark = pytest.mark.parametrize("engine_kind", [EngineKind.SQLITE], indirect=True)

GRANT = b"grant_type=client_credentials"
CHUNK = b"%x\r\n%s\r\n" % (len(GRANT), GRANT)
PADDING = b"&x=" + b"a" * 66_000
BROKEN = {
    "shorter than it says": ("Content-Length: 100", GRANT, 400),
    "shorter by a character": (f"Content-Length: {len(GRANT) + 1}", GRANT, 400),
    "no last chunk": ("Transfer-Encoding: chunked", CHUNK, 411),
    "half a chunk": ("Transfer-Encoding: chunked", b"ff\r\n" + GRANT, 411),
    "a chunk that is none": ("Transfer-Encoding: chunked", CHUNK + b"zz\r\n", 411),
    "more than is read": (
        "Transfer-Encoding: chunked",
        b"%x\r\n%s\r\n0\r\n\r\n" % (len(GRANT + PADDING), GRANT + PADDING),
        411,
    ),
}


@pytest.mark.parametrize(("length", "body", "status"), BROKEN.values(), ids=BROKEN)
def test_no_token_is_given_for_it(running: Running, length: str, body: bytes, status: int) -> None:
    machine = running.a.client("machine")
    parts = urlsplit(running.issuer)
    head = (
        f"POST /token HTTP/1.1\r\nHost: {parts.netloc}\r\n"
        f"Authorization: {machine.basic()['Authorization']}\r\n"
        f"Content-Type: application/x-www-form-urlencoded\r\n{length}\r\n\r\n"
    )
    with socket.create_connection(("127.0.0.1", parts.port or 0), timeout=10) as connection:
        said = b""
        with suppress(OSError):
            connection.sendall(head.encode() + body)
            connection.shutdown(socket.SHUT_WR)
            while piece := connection.recv(65536):
                said += piece

    assert b"access_token" not in said
    if said:  # whoever has hung up may not be told
        assert said.startswith(b"HTTP/1.1 %d " % status), said
        assert b'{"error":"invalid_request"' in said.replace(b" ", b"")
