"""What the provider is compared with, measured between its own runs."""

from __future__ import annotations

import asyncio
import os
import sqlite3
import threading
import time
from contextlib import closing
from pathlib import Path

import bcrypt

from benchmarks.http import Connection, Wrong, message
from benchmarks.load import Load
from benchmarks.measurement import Measurement, count, meters
from benchmarks.operations import Operation
from benchmarks.server import Server

COST = 12


async def plain_json(server: Server, duration: float) -> Measurement:
    """The Flask view of `benchmarks.plain`, on the same server with the same settings."""
    connections = [Connection(server.port) for _ in range(Operation.lanes)]
    request = message("GET", "/json", {"Host": "localhost"})

    async def sample(lane: int) -> None:
        response = await connections[lane].send(request)
        if response.status != 200:
            raise Wrong(str(response.status))

    try:
        async with Load(sample, len(connections)) as load:
            await asyncio.sleep(Operation.warm_up)
            return await count(load, meters(server.pid, None), duration)
    finally:
        for connection in connections:
            connection.close()


def hashes_per_second(duration: float) -> float:
    """What all cores together hash when they do nothing else.

    One thread for each core; bcrypt lets go of the interpreter's lock while it computes. What is
    not finished at the end counts by its share: a short run is as true as a long one.
    """
    salt = bcrypt.gensalt(COST)
    end = time.perf_counter() + duration
    shares: list[float] = []

    def hash_on() -> None:
        done = 0.0
        while (started := time.perf_counter()) < end:
            bcrypt.hashpw(b"a password of some length", salt)
            finished = time.perf_counter()
            done += min(1.0, (end - started) / (finished - started))
        shares.append(done)

    threads = [threading.Thread(target=hash_on) for _ in os.sched_getaffinity(0)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sum(shares) / duration


def commits_per_second(folder: Path, duration: float) -> float:
    """Small transactions on the same disk, each durable before the next one begins."""
    file = folder / "commits.sqlite3"
    with closing(sqlite3.connect(file, isolation_level=None)) as connection:
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("PRAGMA synchronous=FULL")
        connection.execute("CREATE TABLE IF NOT EXISTS notes (text TEXT)")
        end, done = time.perf_counter() + duration, 0
        while time.perf_counter() < end:
            connection.execute("INSERT INTO notes VALUES (?)", ("x" * 300,))
            done += 1
    return done / duration
