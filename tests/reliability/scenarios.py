"""What goes wrong, one function each; short and long forms differ in their numbers only."""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass, field
from pathlib import Path

from tests.reliability import site as sites
from tests.reliability.judge import Judge
from tests.reliability.ledger import Ledger
from tests.reliability.traffic import Traffic
from tests.support.databases import EngineKind


@dataclass(slots=True)
class Figures:
    """What came of a scenario."""

    name: str
    disturbances: int = 0
    answers: int = 0
    seconds: float = 0.0
    lost: int = 0
    away: int = 0
    checked: int = 0
    slowest_recovery: float = 0.0
    broken: list[str] = field(default_factory=list)

    def take(self, ledger: Ledger, judge: Judge, began: float) -> None:
        """The sums at the end."""
        self.seconds = time.monotonic() - began
        self.answers, self.lost = ledger.answers, sum(ledger.lost.values())
        self.away, self.checked = sum(ledger.away.values()), judge.checked
        self.broken = list(ledger.broken)


async def kills(kind: EngineKind, folder: Path, *, kills: int, pause: float = 0.5) -> Figures:
    """`kill -9` of one worker after the other, and of the jobs now and then."""
    ledger, figures = Ledger(), Figures(f"kill -9, {kind}")
    with sites.opened(kind, folder) as site:
        (node,) = site.nodes
        traffic = Traffic(site.cast, site.ports, ledger)
        began = time.monotonic()
        async with traffic.flowing():
            judge = Judge(traffic, site.app, sample=6)
            while figures.disturbances < kills:
                await asyncio.sleep(pause)
                if await asyncio.to_thread(node.kill_a_worker):
                    figures.disturbances += 1
                    took = await sites.recovers(node, within=20)
                    figures.slowest_recovery = max(figures.slowest_recovery, took)
                if figures.disturbances % 10 == 3:
                    await judge.judge()
            await judge.judge()
        figures.take(ledger, judge, began)
        figures.broken += site.unexpected()
        print(ledger.done, ledger.lost, ledger.away, *figures.broken, sep="\n")
    return figures
