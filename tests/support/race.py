"""Many at once: threads that start together, for proving that only one can win."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import TypeVar

T = TypeVar("T")


def at_once(count: int, act: Callable[[], T]) -> list[T]:
    """What each of `count` threads got, all let go at the same moment."""
    gate = Barrier(count)

    def wait_and_act() -> T:
        gate.wait(timeout=30)
        return act()

    with ThreadPoolExecutor(count) as pool:
        racers = [pool.submit(wait_and_act) for _ in range(count)]
        return [racer.result() for racer in racers]
