"""The signing keys change every few seconds; nodes issue, and an app checks every signature."""

from __future__ import annotations

import asyncio
import time
from enum import Enum
from pathlib import Path

from tests.reliability import site as sites
from tests.reliability.figures import Figures
from tests.reliability.judge import Judge
from tests.reliability.ledger import Ledger
from tests.reliability.traffic import Traffic
from tests.reliability.witness import Witness
from tests.support.databases import EngineKind

LEAD = "PT10S"
KEPT_SECONDS = 1.5
"""How long the app keeps the keys: with the second by which a node is behind, less than the lead.
"""
NODE_IS_BEHIND = 1.5


class Manner(Enum):
    """Announced in time, no app ever meets an unknown key; in an emergency it has to ask again."""

    ANNOUNCED = ("keys", "rotate", "--reason", "a test")
    AT_ONCE = ("keys", "rotate", "--now", "--reason", "a test")


PAUSE_SECONDS = {Manner.ANNOUNCED: 11.0, Manner.AT_ONCE: 3.0}


async def rotations(
    kind: EngineKind, folder: Path, *, times: int, manner: Manner = Manner.ANNOUNCED
) -> Figures:
    """Both algorithms, as often as asked for."""
    ledger = Ledger()
    figures = Figures(f"rotation of keys, {manner.name.lower().replace('_', ' ')}, {kind}")
    # How long an RSA key takes to be made is not what this is about.
    settings = {
        "IDP_SIGNING_KEYS__PUBLICATION_LEAD": LEAD,
        "IDP_SIGNING_KEYS__RSA_KEY_SIZE": "2048",
    }
    nodes, workers = (2, 1) if kind is EngineKind.POSTGRESQL else (1, 2)
    with sites.opened(kind, folder, nodes=nodes, workers=workers, settings=settings) as site:
        patience = 0.0 if manner is Manner.ANNOUNCED else NODE_IS_BEHIND
        witness = Witness(site.ports, ledger, keeps=KEPT_SECONDS, patience=patience)
        began = time.monotonic()
        traffic = Traffic(site.cast, site.ports, ledger, witness)
        async with traffic.flowing():
            for _ in range(times):
                done = await asyncio.to_thread(site.command, *manner.value)
                if done.returncode:
                    ledger.broke(f"rotation refused: {done.stderr.strip()[-200:]}")
                figures.disturbances += 1
                await asyncio.sleep(PAUSE_SECONDS[manner])
            judge = Judge(traffic, site.app, sample=6)
            await judge.judge()
        figures.take(ledger, judge.checked + witness.checked, began)
        if len(witness.seen) < 2 * times:
            figures.broken.append(f"only {len(witness.seen)} keys were seen to sign")
        figures.broken += site.unexpected()
    return figures
