"""`kill -9` of one worker after the other, in the middle of the traffic."""

from __future__ import annotations

import asyncio
import time
from pathlib import Path

from tests.reliability import site as sites
from tests.reliability.figures import Figures
from tests.reliability.judge import Judge
from tests.reliability.ledger import Ledger
from tests.reliability.traffic import Traffic
from tests.support.databases import EngineKind

JUDGED_EVERY = 10


async def kills(
    kind: EngineKind, folder: Path, *, kills: int, pause: float = 0.5, sample: int = 6
) -> Figures:
    """As many as asked for, each once the last one has been got over."""
    ledger, figures = Ledger(), Figures(f"kill -9, {kind}")
    with sites.opened(kind, folder) as site:
        (node,) = site.nodes
        began = time.monotonic()
        async with Traffic(site.cast, site.ports, ledger).flowing() as traffic:
            judge = Judge(traffic, site.app, sample=sample)
            keeping = asyncio.create_task(node.kept_alive())
            while figures.disturbances < kills:
                await asyncio.sleep(pause)
                if await asyncio.to_thread(node.kill_a_worker):
                    figures.disturbances += 1
                    took = await sites.recovers(node)
                    figures.slowest_recovery = max(figures.slowest_recovery, took)
                if figures.disturbances % JUDGED_EVERY == 0:
                    await judge.judge()
            await judge.judge()
            keeping.cancel()
        figures.take(ledger, judge.checked, began)
        figures.broken += site.unexpected()
    return figures
