"""A reverse proxy in front of the nodes: each request to the next one that says it is ready.

What could not be sent to a node is sent to another; what was sent is never sent twice. Whether a
node is ready it asks at `/readyz`, as every proxy with health checks does: nobody tells it.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress

from tests.support import live_server

LOOKS_EVERY_SECONDS = 0.25
_PROBE = b"GET /readyz HTTP/1.1\r\nHost: probe\r\nConnection: close\r\n\r\n"
_NOBODY = (
    b"HTTP/1.1 502 Bad Gateway\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"  # a lost request
)


class Front:
    """`answered` counts by node."""

    def __init__(self, ports: Sequence[int]) -> None:
        self.port = live_server.free_port()
        self.ports = tuple(ports)
        self.answered: Counter[int] = Counter()
        self.lost: Counter[int] = Counter()
        self._ready = list(ports)
        self._turn = 0

    @asynccontextmanager
    async def listening(self) -> AsyncIterator[Front]:
        server = await asyncio.start_server(self._serve, "127.0.0.1", self.port)
        watching = asyncio.create_task(self._watch())
        try:
            yield self
        finally:
            watching.cancel()
            server.close()

    async def _watch(self) -> None:
        while True:
            asked = await asyncio.gather(*(self._says_ready(port) for port in self.ports))
            self._ready = [port for port, ready in zip(self.ports, asked, strict=True) if ready]
            await asyncio.sleep(LOOKS_EVERY_SECONDS)

    async def _says_ready(self, port: int) -> bool:
        try:
            async with asyncio.timeout(5):
                return b" 200 " in (await self._ask(port, _PROBE)).partition(b"\r\n")[0]
        except (OSError, TimeoutError, asyncio.IncompleteReadError):
            return False

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(OSError, asyncio.IncompleteReadError):
            while True:
                request = await _message(reader)
                writer.write(await self._forward(request))
                await writer.drain()
        writer.close()

    async def _forward(self, request: bytes) -> bytes:
        request = request.replace(b"\r\n", b"\r\nConnection: close\r\n", 1)
        self._turn += 1
        chosen = self._ready or list(self.ports)
        first = self._turn % len(chosen)
        for port in chosen[first:] + chosen[:first]:
            try:
                answer = await self._ask(port, request)
            except (asyncio.IncompleteReadError, ConnectionResetError, BrokenPipeError):
                self.lost[port] += 1
                return _NOBODY
            except OSError:
                continue  # not sent: the next node may have it
            self.answered[port] += 1
            return answer.replace(b"connection: close\r\n", b"", 1)
        return _NOBODY

    async def _ask(self, port: int, request: bytes) -> bytes:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        try:
            writer.write(request)
            return await _message(reader)
        finally:
            writer.close()


async def _message(reader: asyncio.StreamReader) -> bytes:
    """Head and body, by its Content-Length."""
    head = await reader.readuntil(b"\r\n\r\n")
    for line in head.lower().split(b"\r\n"):
        if line.startswith(b"content-length:"):
            return head + await reader.readexactly(int(line.partition(b":")[2]))
    return head
