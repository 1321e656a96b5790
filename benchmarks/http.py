"""Keep-alive HTTP/1.1 over asyncio: one request at a time on a connection, and almost nothing else.

The driver runs on the cores that it measures, so it is written to cost little: requests are bytes
that were built before, and headers are read only when somebody asks.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

TIMEOUT_SECONDS = 30.0
_LENGTH = b"\r\ncontent-length:"
_CHUNKED = b"\r\ntransfer-encoding: chunked"


class Wrong(Exception):
    """The server answered, but not as the operation requires."""


@dataclass(frozen=True, slots=True)
class Response:
    """A status, the bytes of the headers, and the body."""

    status: int
    head: bytes
    body: bytes

    def headers(self, name: str) -> list[str]:
        """All values of a header."""
        wanted = name.lower()
        pairs = (line.partition(":") for line in self.head.decode("latin-1").split("\r\n")[1:])
        return [value.strip() for found, _, value in pairs if found.lower() == wanted]

    def header(self, name: str) -> str:
        """The first value of a header, or nothing."""
        return next(iter(self.headers(name)), "")

    def json(self) -> dict[str, Any]:
        try:
            document = json.loads(self.body)
        except ValueError:
            document = None
        if not isinstance(document, dict):
            raise Wrong(f"{self.status}: no JSON object")
        return document


def message(
    method: str,
    path: str,
    headers: Mapping[str, str],
    fields: Mapping[str, str] | Sequence[tuple[str, str]] | None = None,
) -> bytes:
    """The bytes of a request; `fields` become a form."""
    lines = [f"{method} {path} HTTP/1.1", *(f"{name}: {value}" for name, value in headers.items())]
    body = b""
    if fields is not None:
        body = urlencode(fields).encode()
        lines += [
            "Content-Type: application/x-www-form-urlencoded",
            f"Content-Length: {len(body)}",
        ]
    return "\r\n".join([*lines, "", ""]).encode("latin-1") + body


class Connection(asyncio.Protocol):
    """One connection to one port of this machine; opened when it is first needed."""

    def __init__(self, port: int) -> None:
        self.port = port
        self._transport: asyncio.Transport | None = None
        self._answer: asyncio.Future[Response] | None = None
        self._received = b""

    async def send(self, request: bytes) -> Response:
        """Raises `OSError` when the connection breaks, `TimeoutError` when nothing comes."""
        loop = asyncio.get_running_loop()
        transport = self._transport
        if transport is None or transport.is_closing():
            self._received = b""
            transport, _ = await loop.create_connection(lambda: self, "127.0.0.1", self.port)
            self._transport = transport
        self._answer = loop.create_future()
        transport.write(request)
        patience = loop.call_later(TIMEOUT_SECONDS, self._give_up)
        try:
            return await self._answer
        finally:
            patience.cancel()
            self._answer = None

    def close(self) -> None:
        if self._transport is not None:
            self._transport.close()

    # --- asyncio.Protocol --------------------------------------------------------------------

    def connection_lost(self, _error: Exception | None) -> None:
        self._transport = None
        self._fail(ConnectionResetError("closed before the answer"))

    def data_received(self, data: bytes) -> None:
        self._received = self._received + data if self._received else data
        end = self._received.find(b"\r\n\r\n")
        if end < 0 or self._answer is None or self._answer.done():
            return
        head = self._received[:end]
        if _CHUNKED in head.lower():
            self._finish(head, _unchunked(self._received, end + 4))
            return
        complete = end + 4 + _body_length(head)
        if len(self._received) >= complete:
            self._finish(head, (self._received[end + 4 : complete], complete))

    def _finish(self, head: bytes, body: tuple[bytes, int] | None) -> None:
        if body is None or self._answer is None:
            return  # there is more to come
        self._received = self._received[body[1] :]
        self._answer.set_result(Response(int(head[9:12]), head, body[0]))

    def _give_up(self) -> None:
        self._fail(TimeoutError("no answer"))
        self.close()

    def _fail(self, error: Exception) -> None:
        if self._answer is not None and not self._answer.done():
            self._answer.set_exception(error)


def _unchunked(received: bytes, start: int) -> tuple[bytes, int] | None:
    """The body and where it ends (RFC 9112 §7.1), or None while it is not complete."""
    parts: list[bytes] = []
    while (line := received.find(b"\r\n", start)) >= 0:
        size = int(received[start:line].partition(b";")[0], 16)
        end = line + 2 + size
        if len(received) < end + 2:
            return None
        if size == 0:
            return b"".join(parts), end + 2
        parts.append(received[line + 2 : end])
        start = end + 2
    return None


def _body_length(head: bytes) -> int:
    lowered = head.lower()
    start = lowered.find(_LENGTH)
    if start < 0:
        return 0  # 204 and 304
    start += len(_LENGTH)
    end = lowered.find(b"\r\n", start)
    return int(lowered[start:] if end < 0 else lowered[start:end])
