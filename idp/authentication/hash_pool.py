"""The threads that hash passwords: few, of low priority, apart from those that serve requests.

A hash takes a quarter of a second of a core on purpose. Done by the server's own threads, a handful
of sign-ins would make every token request wait. Who finds no slot in time is told to come back. A
quarter of the slots serves known browsers only, so that a flood from strangers keeps nobody out
(R9).
"""

from __future__ import annotations

import contextlib
import os
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import TypeVar

from idp import metrics
from idp.authentication.verdict import Busy
from idp.throttle import Device

T = TypeVar("T")

QUEUE_PER_SLOT = 4
"""More waiters than can be served within the wait would only hold the server's threads."""
NICENESS = 10
RETRY_AFTER = timedelta(seconds=2)


class HashPool:
    """`slots` hashes at once, and a bounded number of callers that wait for one."""

    def __init__(self, slots: int) -> None:
        self._free = threading.Semaphore(slots)
        self._open_to_strangers = threading.Semaphore(slots - kept_for_known(slots))
        self._seats = {
            device: threading.Semaphore(slots * (1 + QUEUE_PER_SLOT)) for device in Device
        }
        self._threads = ThreadPoolExecutor(slots, "hash", initializer=_lower_priority)

    def run(
        self, job: Callable[[], T], wait: timedelta, device: Device = Device.UNKNOWN
    ) -> T | Busy:
        """The job's result, or `Busy` when no slot came free within `wait`."""
        if not self._seats[device].acquire(blocking=False):
            return _busy()
        try:
            return self._run_seated(job, wait, device)
        finally:
            self._seats[device].release()

    def _run_seated(self, job: Callable[[], T], wait: timedelta, device: Device) -> T | Busy:
        began = time.monotonic()
        with contextlib.ExitStack() as held:
            with metrics.hashes_waiting.track_inprogress():
                has_slot = all(
                    _acquired(slots, held, wait.total_seconds() - (time.monotonic() - began))
                    for slots in self._slots_for(device)
                )
            metrics.hash_wait_seconds.observe(time.monotonic() - began)
            return self._threads.submit(_timed, job).result() if has_slot else _busy()

    def _slots_for(self, device: Device) -> tuple[threading.Semaphore, ...]:
        """Strangers come first to their own, so that they never wait for, or hold, a kept one."""
        if device is Device.KNOWN:
            return (self._free,)
        return self._open_to_strangers, self._free


def kept_for_known(slots: int) -> int:
    """A quarter, at least one; but one slot alone is for everybody."""
    return min(max(1, slots // 4), slots - 1)


def _acquired(slots: threading.Semaphore, held: contextlib.ExitStack, seconds: float) -> bool:
    if not slots.acquire(timeout=max(0.0, seconds)):
        return False
    held.callback(slots.release)
    return True


def slots_for(configured: int) -> int:
    """The setting, or one per CPU that we may use, at least two."""
    return configured or max(2, len(os.sched_getaffinity(0)))


def pool(slots: int) -> HashPool:
    """This process's pool; threads do not survive a fork, so a child makes its own."""
    with _making:
        if slots not in _pools:
            _pools[slots] = HashPool(slots)
        return _pools[slots]


def _timed(job: Callable[[], T]) -> T:
    with metrics.hash_seconds.time():
        return job()


def _busy() -> Busy:
    metrics.hash_refusals.inc()
    return Busy(RETRY_AFTER)


def _lower_priority() -> None:
    # On Linux priorities belong to threads. Where that is refused, hashing merely competes.
    with contextlib.suppress(OSError):
        os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), NICENESS)


def _forget_pools() -> None:
    global _making  # noqa: PLW0603  a lock held by another thread at the fork stays locked for ever
    _making = threading.Lock()
    _pools.clear()


_making = threading.Lock()
_pools: dict[int, HashPool] = {}
os.register_at_fork(after_in_child=_forget_pools)
