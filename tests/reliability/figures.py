"""What came of a scenario."""

from __future__ import annotations

import time
from dataclasses import dataclass, field

from tests.reliability.ledger import Ledger


@dataclass(slots=True)
class Figures:
    """Numbers to print and to judge by; `broken` must be empty."""

    name: str
    disturbances: int = 0
    answers: int = 0
    seconds: float = 0.0
    lost: int = 0
    away: int = 0
    checked: int = 0
    slowest_recovery: float = 0.0
    broken: list[str] = field(default_factory=list)

    def take(self, ledger: Ledger, checked: int, began: float) -> None:
        """The sums at the end."""
        self.seconds = time.monotonic() - began
        self.answers, self.lost = ledger.answers, sum(ledger.lost.values())
        self.away, self.checked = sum(ledger.away.values()), checked
        self.broken = list(ledger.broken)
