"""A reverse proxy in front of the nodes: each request to the next one that takes it.

What could not be sent to a node is sent to another; what was sent is never sent twice.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress

from tests.support import live_server

_NOBODY = (
    b"HTTP/1.1 502 Bad Gateway\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"  # a lost request
)


class Front:
    """`answered` counts by node."""

    def __init__(self, ports: Sequence[int]) -> None:
        self.port = live_server.free_port()
        self.ports = list(ports)
        self.answered: Counter[int] = Counter()
        self.lost: Counter[int] = Counter()
        self._turn = 0
        self._under_way: Counter[int] = Counter()

    async def take_out(self, port: int) -> None:
        """Send it nothing more, and wait for the answers that are under way."""
        self.ports.remove(port)
        async with asyncio.timeout(30):
            while self._under_way[port]:
                await asyncio.sleep(0.01)

    def take_in(self, port: int) -> None:
        self.ports.append(port)

    @asynccontextmanager
    async def listening(self) -> AsyncIterator[Front]:
        server = await asyncio.start_server(self._serve, "127.0.0.1", self.port)
        try:
            yield self
        finally:
            server.close()

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
        first = self._turn % len(self.ports)
        for port in self.ports[first:] + self.ports[:first]:
            # From before the connection is made: a node that is taken out is waited for.
            self._under_way[port] += 1
            try:
                answer = await self._ask(port, request)
            except (asyncio.IncompleteReadError, ConnectionResetError, BrokenPipeError):
                self.lost[port] += 1
                return _NOBODY
            except OSError:
                continue  # not sent: the next node may have it
            finally:
                self._under_way[port] -= 1
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
