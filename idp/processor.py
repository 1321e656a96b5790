"""The CPU on which a worker stays.

Only one thread of a process interprets at a time, and threads that answer requests hand the
interpreter to each other at every step of a statement. From one CPU to another that means to wake
it up, which takes longer than many a step (decision 38).
"""

from __future__ import annotations

import fcntl
import os
import secrets
from collections import Counter
from contextlib import suppress
from pathlib import Path

_CAN_CHOOSE = hasattr(os, "sched_setaffinity")
"""Linux."""
USABLE = frozenset(os.sched_getaffinity(0) if _CAN_CHOOSE else range(os.cpu_count() or 1))
"""The CPUs that this process was given, before it settled on one of them."""


def settle() -> None:
    """This thread, and all that it starts, stay on the CPU on which the fewest processes stay."""
    if not _CAN_CHOOSE:
        return
    with Path(__file__).open("rb") as turn, suppress(OSError):  # where it is refused, we roam
        fcntl.flock(turn, fcntl.LOCK_EX)  # two that start together choose one after the other
        os.sched_setaffinity(0, {_least_taken()})


def roam() -> None:
    """This thread goes wherever the process may."""
    if _CAN_CHOOSE:
        with suppress(OSError):
            os.sched_setaffinity(0, USABLE)


def _least_taken() -> int:
    """By chance among equals: servers in containers do not see each other."""
    taken = Counter(cpu for cpu in map(_settled_on, _others()) if cpu is not None)
    fewest = min(taken[cpu] for cpu in USABLE)
    return secrets.choice([cpu for cpu in USABLE if taken[cpu] == fewest])


def _others() -> list[int]:
    return [int(name) for name in os.listdir("/proc") if name.isdecimal()]


def _settled_on(pid: int) -> int | None:
    with suppress(OSError):
        cpus = os.sched_getaffinity(pid)
        # Of the kernel's own, which have no command line, many belong to a CPU.
        if len(cpus) == 1 and Path(f"/proc/{pid}/cmdline").read_bytes():
            return cpus.pop()
    return None
