"""Something between two programs: it passes on, slowly, not at all, or is gone.

It runs in a thread of its own, so that whoever plays the scenario may block.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Coroutine, Iterator
from contextlib import contextmanager, suppress
from enum import Enum, auto
from pathlib import Path
from typing import Any

from tests.support import live_server

SLOW_SECONDS = 0.15
"""For each piece, in each direction."""


class Mood(Enum):
    """What it does with what comes by."""

    PASSING = auto()
    SLOW = auto()
    SILENT = auto()
    """It takes connections and everything that is sent, and never answers."""
    GONE = auto()
    """It refuses connections and has ended those that there were."""


class Obstacle:
    """In front of a TCP port or a Unix socket."""

    def __init__(self, upstream: int | Path) -> None:
        self.port = live_server.free_port()
        self.mood = Mood.PASSING
        self._upstream = upstream
        self._writers: set[asyncio.StreamWriter] = set()
        self._server: asyncio.Server | None = None
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="obstacle", daemon=True)

    def become(self, mood: Mood) -> None:
        """From now on."""
        self._wait_for(self._become(mood))

    def start(self) -> None:
        self._thread.start()
        self._wait_for(self._listen())

    def stop(self) -> None:
        self._wait_for(self._become(Mood.GONE))
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(10)
        self._loop.close()

    def _wait_for(self, work: Coroutine[Any, Any, None]) -> None:
        asyncio.run_coroutine_threadsafe(work, self._loop).result(20)

    async def _become(self, mood: Mood) -> None:
        was, self.mood = self.mood, mood
        if mood is Mood.GONE and self._server is not None:
            self._server.close()
            self._server = None
        if mood is Mood.GONE or was is Mood.SILENT:
            # What was swallowed is lost: a connection that goes on would be out of step.
            for writer in list(self._writers):
                writer.transport.abort()
        if mood is not Mood.GONE and self._server is None:
            await self._listen()

    async def _listen(self) -> None:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", self.port)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(OSError, asyncio.IncompleteReadError):
            upstream_reader, upstream_writer = await self._connect()
            self._writers |= {writer, upstream_writer}
            try:
                await asyncio.gather(
                    self._pass_on(reader, upstream_writer), self._pass_on(upstream_reader, writer)
                )
            finally:
                for one in (writer, upstream_writer):
                    self._writers.discard(one)
                    one.close()

    async def _connect(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        if isinstance(self._upstream, Path):
            return await asyncio.open_unix_connection(str(self._upstream))
        return await asyncio.open_connection("127.0.0.1", self._upstream)

    async def _pass_on(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while piece := await reader.read(65536):
            if self.mood is Mood.SLOW:
                await asyncio.sleep(SLOW_SECONDS)
            if self.mood is Mood.SILENT:
                continue
            writer.write(piece)
            await writer.drain()
        writer.close()


@contextmanager
def in_front_of(upstream: int | Path) -> Iterator[Obstacle]:
    """Passing everything on, until somebody changes its mood."""
    obstacle = Obstacle(upstream)
    obstacle.start()
    try:
        yield obstacle
    finally:
        obstacle.stop()
