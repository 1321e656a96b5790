"""Two nodes behind a proxy are restarted one after the other, in order or by `kill -9`."""

from __future__ import annotations

import asyncio
import os
import signal
import time
from enum import Enum, auto
from pathlib import Path

from tests.reliability import site as sites
from tests.reliability.figures import Figures
from tests.reliability.front import Front
from tests.reliability.judge import Judge
from tests.reliability.ledger import Ledger
from tests.reliability.site import Node
from tests.reliability.traffic import Traffic
from tests.support.databases import EngineKind

PAUSE_SECONDS = 2.0
"""The proxy looks every quarter of a second, but not punctually on a busy machine."""


class Manner(Enum):
    """How a node ends."""

    IN_ORDER = auto()
    """SIGTERM, and nobody tells the proxy: no request is lost."""
    KILLED = auto()
    """What it was working on is lost, and nothing else."""


async def rolling(folder: Path, *, rounds: int, manner: Manner) -> Figures:
    """Every node once a round."""
    ledger = Ledger()
    figures = Figures(f"two nodes restarted, {manner.name.lower().replace('_', ' ')}")
    kind = EngineKind.POSTGRESQL
    with sites.opened(kind, folder, nodes=2, workers=1, pause=PAUSE_SECONDS) as site:
        async with Front(site.ports).listening() as front:
            began = time.monotonic()
            async with Traffic(site.cast, [front.port], ledger).flowing() as traffic:
                judge = Judge(traffic, site.app, sample=6)
                for _ in range(rounds):
                    for node in site.nodes:
                        await asyncio.sleep(1)
                        await _restart(node, manner)
                        figures.disturbances += 1
                    await judge.judge()
            figures.take(ledger, judge.checked, began)
            figures.lost = sum(front.lost.values())
            _check(figures, ledger, front, manner)
        figures.broken += site.unexpected()
    return figures


def _check(figures: Figures, ledger: Ledger, front: Front, manner: Manner) -> None:
    # The proxy's 502 is what a lost request looks like from outside.
    gateway = [broken for broken in ledger.broken if ": 502 " in broken]
    others = [broken for broken in ledger.broken if ": 502 " not in broken]
    figures.broken = list(ledger.broken) if manner is Manner.IN_ORDER else others
    if manner is Manner.KILLED:
        figures.lost = len(gateway)
    if min(front.answered[port] for port in front.ports) == 0:
        figures.broken.append("one of the nodes has never answered")


async def _restart(node: Node, manner: Manner) -> None:
    process = node.process
    assert process is not None
    if manner is Manner.KILLED:
        os.killpg(process.pid, signal.SIGKILL)
    else:
        process.terminate()
    await asyncio.to_thread(process.wait, 60)
    await asyncio.to_thread(node.stop)
    await asyncio.to_thread(node.start)
    await sites.recovers(node)
