"""The primary's machine burns in the middle of the traffic, and its standby takes over.

Whatever was answered had been committed, and a commit waits for the standby: nothing is lost.
"""

from __future__ import annotations

import asyncio
import time
from pathlib import Path

from tests.reliability import cluster
from tests.reliability import site as sites
from tests.reliability.figures import Figures
from tests.reliability.judge import Judge
from tests.reliability.ledger import Ledger
from tests.reliability.traffic import Traffic
from tests.support import provider, run

ANSWERS_BEFORE = 150


async def failover(folder: Path, *, nodes: int = 2, answers: int = ANSWERS_BEFORE) -> Figures:
    """Once: a pair has one standby."""
    ledger, figures = Ledger(), Figures("fail-over of PostgreSQL")
    with cluster.pair() as pair:
        provider.migrate(pair.url, run.folder())
        with sites.at(pair.url, folder, nodes=nodes, workers=1) as site:
            began = time.monotonic()
            async with Traffic(site.cast, site.ports, ledger).flowing() as traffic:
                judge = Judge(traffic, site.app)
                while ledger.answers < answers:
                    await asyncio.sleep(0.1)
                ledger.outage = True
                await asyncio.to_thread(pair.kill_primary)
                await asyncio.sleep(1)
                await asyncio.to_thread(pair.promote)
                figures.disturbances = 1
                waits = [sites.recovers(node) for node in site.nodes]
                figures.slowest_recovery = max(await asyncio.gather(*waits))
                await asyncio.sleep(1)  # requests that began while it was away
                ledger.outage = False
                await judge.judge()
            figures.take(ledger, judge.checked, began)
            figures.broken += site.unexpected()
    return figures
