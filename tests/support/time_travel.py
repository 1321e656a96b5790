"""A clock that stands still until a test moves it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import time_machine

# Away from any step of 30 seconds, so that one-time codes do not change by accident.
START = datetime(2030, 3, 4, 9, 0, 10, tzinfo=UTC)


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
