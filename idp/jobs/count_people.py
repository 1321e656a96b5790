"""Counts people and sessions for the dashboard where that takes long."""

from __future__ import annotations

from datetime import datetime

from idp.accounts import at_a_glance
from idp.extensions import transaction


def run(now: datetime) -> int:
    """Returns how many numbers were kept."""
    with transaction():
        return at_a_glance.keep(now)
