"""How often something may be tried: named limits, and the counters that hold them."""

from idp.throttle.buckets import (
    Refused,
    Taken,
    attempt,
    clear_series,
    give_back,
    is_closed,
    refusal,
    remaining_wait,
    take,
    unlock,
)
from idp.throttle.limits import Device, Subject

__all__ = [
    "Device",
    "Refused",
    "Subject",
    "Taken",
    "attempt",
    "clear_series",
    "give_back",
    "is_closed",
    "refusal",
    "remaining_wait",
    "take",
    "unlock",
]
