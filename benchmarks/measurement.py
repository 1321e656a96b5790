"""One measured run of one operation: rate, latency, and what the server spent on it."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass
from math import nan

from benchmarks import processes
from benchmarks.load import Load, Tally
from benchmarks.operations import Operation
from benchmarks.target import Target


@dataclass(frozen=True, slots=True)
class Measurement:
    """Figures of one window of time."""

    rate: float
    p50: float
    p99: float
    samples: int
    busy: int
    errors: dict[str, int]
    server_cpu: float
    """Milliseconds of the server's processes for one sample."""
    database_cpu: float
    driver_cpu: float
    """Share of a core that the driver itself used; near 1 it is what limits."""


@dataclass(frozen=True, slots=True)
class Meters:
    """Whose CPU time is read around a window."""

    server: Callable[[], float]
    database: Callable[[], float]

    def read(self) -> tuple[float, float, float]:
        return self.server(), self.database(), time.process_time()


def meters(server_pid: int, target: Target | None) -> Meters:
    return Meters(
        lambda: processes.cpu_seconds(server_pid),
        target.provider.database_cpu if target else lambda: 0.0,
    )


async def measure_operation(operation: Operation, meters_: Meters, duration: float) -> Measurement:
    """Prepare, warm up, and count as long as the operation wants."""
    operation.open()
    try:
        await operation.prepare()
        async with Load(operation.sample, operation.lanes) as load:
            await asyncio.sleep(operation.warm_up)
            return await count(load, meters_, duration * operation.stretch)
    finally:
        operation.close()


async def count(load: Load, meters_: Meters, duration: float) -> Measurement:
    """A window of a load that is already running."""
    before = meters_.read()
    tally = load.count()
    await load.run(duration)
    spent = [after - then for after, then in zip(meters_.read(), before, strict=True)]
    return _figures(tally, *spent)


def _figures(tally: Tally, server: float, database: float, driver: float) -> Measurement:
    answered = len(tally.seconds) or nan
    return Measurement(
        rate=tally.rate,
        p50=tally.percentile(0.50),
        p99=tally.percentile(0.99),
        samples=len(tally.seconds),
        busy=tally.busy,
        errors=dict(tally.errors),
        server_cpu=server / answered * 1000,
        database_cpu=database / answered * 1000,
        driver_cpu=driver / tally.wall if tally.wall else 0.0,
    )
