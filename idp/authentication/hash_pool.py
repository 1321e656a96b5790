"""The threads that hash passwords: few, of low priority, apart from those that serve requests.

A hash takes a quarter of a second of a core on purpose. Done by the server's own threads, a handful
of sign-ins would make every token request wait. Who finds no slot in time is told to come back.
Some slots serve known browsers only, so that a flood from strangers keeps nobody out (R9).
"""

from __future__ import annotations

import contextlib
import os
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import timedelta
from typing import TypeVar

from idp import metrics, processor
from idp.authentication.verdict import Busy, Throttled
from idp.throttle import Device

T = TypeVar("T")

NICENESS = 10
RETRY_AFTER = timedelta(seconds=2)
OF_ONE_ACCOUNT = 10
"""So many tries for an account may stand in line, which are as many as may fail before it is left
alone for a while."""


@dataclass(frozen=True, slots=True)
class Slot:
    """The right to hash, as long as its block lasts."""

    _threads: ThreadPoolExecutor

    def run(self, job: Callable[[], T]) -> T:
        """In a thread of low priority."""
        return self._threads.submit(_timed, job).result()


class HashPool:
    """`slots` hashes at once, and `queue` strangers and as many known browsers that wait for one.

    Whoever waits holds a thread of the server, so that tokens need some that are left.
    """

    def __init__(self, slots: int, queue: int) -> None:
        in_all, for_strangers = shared_out(slots)
        self._free = threading.Semaphore(in_all)
        self._open_to_strangers = threading.Semaphore(for_strangers)
        self._seats = {device: threading.Semaphore(slots + queue) for device in Device}
        self._threads = ThreadPoolExecutor(in_all, "hash", initializer=_stand_back)
        self._accounts = _Accounts()

    def run(self, job: Callable[[], T], wait: timedelta) -> T | Busy:
        """The job's result, or `Busy` when no slot came free within `wait`."""
        with self.slot(wait) as slot:
            return slot.run(job) if slot else _busy()

    @contextlib.contextmanager
    def slot(self, wait: timedelta, device: Device = Device.UNKNOWN) -> Iterator[Slot | None]:
        """A place among those that hash, or None when none came free within `wait`."""
        with contextlib.ExitStack() as held:
            has_seat = _acquired(self._seats[device], held, 0)
            has_slot = has_seat and self._takes_slots(held, wait, device)
            yield Slot(self._threads) if has_slot else None

    @contextlib.contextmanager
    def slot_for(
        self, account: str | None, wait: timedelta, device: Device
    ) -> Iterator[Slot | Busy | Throttled]:
        """As above, for a try of an account; others of it in line are enough to be throttled, where
        tries are counted at all.
        """
        with self._accounts.entered(account) as is_admitted:
            if not is_admitted:
                yield Throttled(RETRY_AFTER)
                return
            with self.slot(wait, device) as slot:
                yield slot or _busy()

    def is_crowded(self, device: Device) -> bool:
        """Whether whoever comes now would probably have to wait."""
        with contextlib.ExitStack() as held:
            return not all(_acquired(slots, held, 0) for slots in self._slots_for(device))

    def _takes_slots(self, held: contextlib.ExitStack, wait: timedelta, device: Device) -> bool:
        began = time.monotonic()
        with metrics.hashes_waiting.track_inprogress():
            has_slot = all(
                _acquired(slots, held, wait.total_seconds() - (time.monotonic() - began))
                for slots in self._slots_for(device)
            )
        metrics.hash_wait_seconds.observe(time.monotonic() - began)
        return has_slot

    def _slots_for(self, device: Device) -> tuple[threading.Semaphore, ...]:
        """Strangers come first to their own, so that they never wait for, or hold, a kept one."""
        if device is Device.KNOWN:
            return (self._free,)
        return self._open_to_strangers, self._free


class _Accounts:
    """How many tries are in line, by the account for which they are."""

    def __init__(self) -> None:
        self._tries = Counter[str]()
        self._lock = threading.Lock()

    @contextlib.contextmanager
    def entered(self, account: str | None) -> Iterator[bool]:
        """Whether one more may stand there; if so, it does until the end of the block."""
        if account is None:
            yield True
            return
        with self._lock:
            is_admitted = self._tries[account] < OF_ONE_ACCOUNT
            self._tries[account] += is_admitted
        try:
            yield is_admitted
        finally:
            with self._lock:
                self._tries[account] -= is_admitted
                self._tries += Counter()  # which forgets whoever has none


def shared_out(slots: int) -> tuple[int, int]:
    """How many there are, and how many of them strangers may take: a quarter is not for them. Of
    fewer than four that would leave CPUs idle, so there is one more instead.
    """
    quarter = slots // 4
    return (slots, slots - quarter) if quarter else (slots + 1, slots)


def _acquired(slots: threading.Semaphore, held: contextlib.ExitStack, seconds: float) -> bool:
    if not slots.acquire(timeout=max(0.0, seconds)):
        return False
    held.callback(slots.release)
    return True


def slots_for(configured: int) -> int:
    """The setting, or one per CPU that we may use, at least two."""
    return configured or max(2, len(processor.USABLE))


def pool(slots: int, queue: int) -> HashPool:
    """This process's pool; threads do not survive a fork, so a child makes its own."""
    with _making:
        if (slots, queue) not in _pools:
            _pools[slots, queue] = HashPool(slots, queue)
        return _pools[slots, queue]


def _timed(job: Callable[[], T]) -> T:
    with metrics.hash_seconds.time():
        return job()


def _busy() -> Busy:
    metrics.hash_refusals.inc()
    return Busy(RETRY_AFTER)


def _stand_back() -> None:
    processor.roam()  # it lets go of the interpreter: any CPU that is free will do
    # On Linux priorities belong to threads. Where that is refused, hashing merely competes.
    with contextlib.suppress(OSError):
        os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), NICENESS)


def _forget_pools() -> None:
    global _making  # noqa: PLW0603  a lock held by another thread at the fork stays locked for ever
    _making = threading.Lock()
    _pools.clear()


_making = threading.Lock()
_pools: dict[tuple[int, int], HashPool] = {}
os.register_at_fork(after_in_child=_forget_pools)
