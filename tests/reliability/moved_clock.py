"""The application with a clock that a test moves: the seconds in the file that `CLOCK_FILE` names.

A production server runs `wsgi:app` and knows neither this module nor the library that it needs.
"""

from __future__ import annotations

import os
import threading
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import time_machine

_FILE = Path(os.environ["CLOCK_FILE"])
_traveller = time_machine.travel(datetime.now(UTC), tick=True).start()


def _follow() -> None:
    moved = 0.0
    while True:
        try:
            wanted = float(_FILE.read_text() or 0)
        except (OSError, ValueError):
            wanted = moved
        if wanted != moved:
            _traveller.shift(timedelta(seconds=wanted - moved))
            moved = wanted
        time.sleep(0.05)


threading.Thread(target=_follow, name="clock", daemon=True).start()

from wsgi import app  # noqa: E402

__all__ = ["app"]
