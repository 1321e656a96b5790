"""Two shapes of load: as fast as answers come (closed loop), and so many a second whatever happens
(open loop, where an answer's time counts from when its request was due)."""

from __future__ import annotations

import asyncio
import itertools
import math
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass, field
from types import TracebackType

from benchmarks.browser import ComeBackLater
from benchmarks.http import Wrong

Sample = Callable[[int], Awaitable[None]]
"""One sample by the lane of this number."""


class UsedUp(Exception):
    """What was prepared for this run is spent; it ends early."""


@dataclass(slots=True)
class Tally:
    """What came of a run."""

    began: float = field(default_factory=time.perf_counter)
    seconds: list[float] = field(default_factory=list)
    errors: Counter[str] = field(default_factory=Counter)
    busy: int = 0
    """Answers that asked to come back later."""
    wall: float = 0.0

    @property
    def rate(self) -> float:
        """Good answers a second."""
        return len(self.seconds) / self.wall if self.wall else 0.0

    def percentile(self, share: float) -> float:
        """Milliseconds that this share of the answers did not exceed."""
        if not self.seconds:
            return math.nan
        ordered = sorted(self.seconds)
        return ordered[min(len(ordered) - 1, int(len(ordered) * share))] * 1000


class Load:
    """Lanes that take samples until the end of the block.

    They run before and after what is counted: slow samples are not cut off at the window's edges.
    """

    def __init__(self, sample: Sample, lanes: int, rate: float | None = None) -> None:
        self.tally = Tally()
        self._sample = sample
        self._lanes = lanes
        self._rate = rate
        self._stop = asyncio.Event()
        self._tasks: list[asyncio.Task[None]] = []

    async def __aenter__(self) -> Load:
        due = _arrivals(self._rate) if self._rate else None
        for number in range(self._lanes):
            lane = self._eager(number) if due is None else self._paced(number, due)
            self._tasks.append(asyncio.create_task(lane))
        return self

    async def __aexit__(
        self,
        _kind: type[BaseException] | None,
        _error: BaseException | None,
        _at: TracebackType | None,
    ) -> None:
        self._stop.set()
        await asyncio.gather(*self._tasks)

    def count(self) -> Tally:
        """From now on samples belong to a new tally."""
        self.tally = Tally()
        return self.tally

    async def run(self, duration: float) -> None:
        """Let it go on; shorter only when everything prepared is used up."""
        await asyncio.wait(self._tasks, timeout=duration)
        self.tally.wall = time.perf_counter() - self.tally.began
        self.tally = Tally()

    async def _eager(self, number: int) -> None:
        while not self._stop.is_set() and await self._take(number, time.perf_counter()):
            pass

    async def _paced(self, number: int, arrivals: Iterator[float]) -> None:
        while not self._stop.is_set():
            due = next(arrivals)
            await asyncio.sleep(max(0.0, due - time.perf_counter()))
            if not await self._take(number, due):
                return

    async def _take(self, lane: int, started: float) -> bool:
        """One sample into the tally of the moment. False when there are no more."""
        try:
            await self._sample(lane)
        except UsedUp:
            return False
        except ComeBackLater as told:
            self.tally.busy += 1
            await self._rest(told.seconds)
        except (Wrong, OSError) as error:
            self.tally.errors[f"{type(error).__name__}: {error}"[:100]] += 1
            if isinstance(error, OSError):
                await self._rest(0.05)  # a server that is gone must not be asked in a tight loop
        else:
            self.tally.seconds.append(time.perf_counter() - started)
        return True

    async def _rest(self, seconds: float) -> None:
        """As told, but not beyond the end."""
        try:
            await asyncio.wait_for(self._stop.wait(), seconds)
        except TimeoutError:
            return


def _arrivals(rate: float) -> Iterator[float]:
    """When requests are due, whatever becomes of them."""
    began = time.perf_counter()
    return (began + number / rate for number in itertools.count())
