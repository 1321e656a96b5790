"""Works off uploaded files of people, and gives imported passwords of quick schemes the time of
bcrypt. A turn is short; what is left waits for the next.
"""

from __future__ import annotations

import time
from datetime import datetime

from idp.accounts.imports import steps
from idp.authentication import imported_password
from idp.authentication.verdict import Busy
from idp.extensions import transaction

TURN_SECONDS = 5.0
_WRAPPED_AT_ONCE = 50


def run(_now: datetime) -> int:
    """One turn. Returns the number of rows."""
    ends_at = time.monotonic() + TURN_SECONDS
    done = 0
    for import_id in steps.at_work():
        done += steps.go_on(import_id, lambda: time.monotonic() < ends_at)
    while time.monotonic() < ends_at and (removed := steps.tidy_some()):
        done += removed
    return done


def wrap(_now: datetime) -> int:
    """One turn of the other. Whoever signs in meanwhile goes first: hashing has few slots."""
    ends_at = time.monotonic() + TURN_SECONDS
    done = 0
    for one in imported_password.waiting(_WRAPPED_AT_ONCE):
        kept = imported_password.wrapped(one)
        if isinstance(kept, Busy) or time.monotonic() > ends_at:
            break
        with transaction():
            done += imported_password.replace(one, kept)
    return done
