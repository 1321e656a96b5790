"""The disk under SQLite is full, or takes no writes at all, and is mended.

The limit on the size of files that the kernel keeps per process (`RLIMIT_FSIZE`) is set for the
running workers: what would grow a file fails as on a full disk. Nobody has to be root for that.
"""

from __future__ import annotations

import asyncio
import resource
import time
from contextlib import suppress
from enum import Enum
from pathlib import Path

from tests.reliability import site as sites
from tests.reliability.figures import Figures
from tests.reliability.judge import Judge
from tests.reliability.ledger import Ledger
from tests.reliability.site import Node
from tests.reliability.traffic import Traffic
from tests.support.databases import EngineKind


class Disk(Enum):
    """Bytes that a file may have."""

    FULL = 128 * 1024
    """What is there already is larger: it can be read, and hardly written."""
    PROTECTED = 0


async def disks(folder: Path, *, rounds: int, seconds: float, sample: int = 6) -> Figures:
    """Each kind of trouble in turn, with a judgement after each."""
    ledger, figures = Ledger(), Figures("SQLite on a disk that is full or takes no writes")
    with sites.opened(EngineKind.SQLITE, folder) as site:
        (node,) = site.nodes
        began = time.monotonic()
        async with Traffic(site.cast, site.ports, ledger).flowing() as traffic:
            judge = Judge(traffic, site.app, sample=sample)
            for _ in range(rounds):
                for disk in Disk:
                    ledger.outage = True
                    _limit(node, disk.value)
                    await asyncio.sleep(seconds)
                    _limit(node, resource.RLIM_INFINITY)
                    figures.disturbances += 1
                    took = await sites.recovers(node)
                    figures.slowest_recovery = max(figures.slowest_recovery, took)
                    await asyncio.sleep(1)
                    ledger.outage = False
                    await judge.judge()
        figures.take(ledger, judge.checked, began)
        figures.broken += site.unexpected()
        if not figures.away:
            figures.broken.append("the disk was not full for anybody")
    return figures


def _limit(node: Node, size: int) -> None:
    for pid in node.worker_pids():
        with suppress(ProcessLookupError):
            resource.prlimit(pid, resource.RLIMIT_FSIZE, (size, resource.RLIM_INFINITY))
