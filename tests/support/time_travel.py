"""A clock that stands still until a test moves it."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

import time_machine

TOTP_STEP = 30


def beginning() -> datetime:
    """Where time stands first: just before this run began, so that live servers agree on the keys.

    Ten seconds into a step of 30, so that one-time codes do not change by accident.
    """
    began = int(os.environ["TEST_RUN_BEGAN"]) - 10
    return datetime.fromtimestamp(began - began % TOTP_STEP + 10, UTC)


@contextmanager
def standing_still() -> Iterator[Clock]:
    """The whole process lives at one instant, until the clock is moved."""
    with time_machine.travel(beginning(), tick=False) as traveller:
        yield Clock(traveller)


class Clock:
    """Time as the whole process sees it; servers in other processes keep their own."""

    def __init__(self, traveller: time_machine.Traveller) -> None:
        self._traveller = traveller

    def now(self) -> datetime:
        """The instant at which time stands."""
        return datetime.fromtimestamp(self._traveller.time_ns() / 1e9, UTC)

    def advance(
        self, *, days: float = 0, hours: float = 0, minutes: float = 0, seconds: float = 0
    ) -> None:
        """Let this much time pass."""
        self._traveller.shift(timedelta(days=days, hours=hours, minutes=minutes, seconds=seconds))

    def move_to(self, instant: datetime) -> None:
        """Stand at this instant, also if it is in the past."""
        self._traveller.move_to(instant)
