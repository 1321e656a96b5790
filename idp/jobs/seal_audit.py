"""Gives committed audit rows their place in the chain."""

from __future__ import annotations

from datetime import datetime

from idp.audit import chain
from idp.jobs import batches

MOST_ROWS = 10_000
"""Of one run; what is left waits for the next."""


def run(_now: datetime) -> int:
    """Seal what waits. Returns the number of rows."""
    return batches.in_batches(chain.seal_some, MOST_ROWS)
