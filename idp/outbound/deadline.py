"""How much time a call has left: one budget for looking up, connecting, TLS and every read."""

from __future__ import annotations

import time
from dataclasses import dataclass

from idp.outbound.refusal import OutboundFailed, Reason


@dataclass(frozen=True, slots=True)
class Deadline:
    """An instant of the monotonic clock."""

    at: float

    @classmethod
    def after(cls, seconds: float) -> Deadline:
        return cls(time.monotonic() + seconds)

    def remaining(self) -> float:
        """Seconds, more than none. Raises `OutboundFailed`."""
        left = self.at - time.monotonic()
        if left <= 0:
            raise OutboundFailed(Reason.TIMEOUT)
        return left
