"""Many rows, in batches so small that nobody waits behind one."""

from __future__ import annotations

import time
from collections.abc import Callable

from idp.extensions import transaction

BATCH = 100
"""Rows of one transaction, at most."""
SMALLEST_BATCH = 10
LONG_SECONDS, SHORT_SECONDS = 0.02, 0.005
"""After a batch that took longer, the next is half as large; after a shorter one, twice."""

Batch = Callable[[int], int]
"""Something done to so many rows at most, in the transaction in hand; it returns how many."""


def in_batches(do_some: Batch, most: int) -> int:
    """Until a batch is not full, or `most` rows are done. Returns the number of rows."""
    done, size = 0, BATCH
    while done < most:
        began = time.perf_counter()
        with transaction():
            batch = do_some(size)
        took = time.perf_counter() - began
        done += batch
        if batch < size:
            break
        size = _next_size(size, took)
        time.sleep(min(took, LONG_SECONDS))  # as long for whoever waits to write
    return done


def _next_size(size: int, took: float) -> int:
    if took > LONG_SECONDS:
        return max(SMALLEST_BATCH, size // 2)
    return min(BATCH, size * 2) if took < SHORT_SECONDS else size
