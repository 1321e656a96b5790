"""T15, A114: what is changed on one node is seen by the others: a revocation at once, a client
within the second that a process keeps it.
"""

from __future__ import annotations

import asyncio
import time
from pathlib import Path

from idp.clients import register
from idp.extensions import transaction
from tests.reliability import site as sites
from tests.reliability.figures import Figures
from tests.reliability.ledger import Fate, Grant, Ledger, in_hand
from tests.reliability.site import Site
from tests.reliability.traffic import Traffic
from tests.reliability.wire import Wire
from tests.support.databases import EngineKind
from tests.support.factories import Factory
from tests.support.relying_party import RelyingParty

PATIENCE = 5.0


async def changes(folder: Path, *, rounds: int) -> Figures:
    """The slowest change is told as the slowest recovery."""
    ledger, figures = Ledger(), Figures("changes seen by two nodes")
    with sites.opened(EngineKind.POSTGRESQL, folder, nodes=2, workers=1) as site:
        began = time.monotonic()
        wires = [Wire([port], ledger) for port in site.ports]
        async with Traffic(site.cast, site.ports, ledger).flowing() as traffic:
            for _ in range(rounds):
                await _revoke(traffic, wires, ledger)
                took = await _disable(site, wires)
                figures.slowest_recovery = max(figures.slowest_recovery, took)
                figures.disturbances += 2
        figures.take(ledger, figures.disturbances, began)
        figures.broken += site.unexpected()
    return figures


async def _revoke(traffic: Traffic, wires: list[Wire], ledger: Ledger) -> None:
    """On the first node; the second is asked as soon as the first has answered."""
    first, second = wires
    with in_hand(ledger.grants) as grant:
        if not isinstance(grant, Grant):
            return
        grant.fate = Fate.UNKNOWN
        await first.post("/revoke", traffic.cast.rotating, token=grant.refresh_token)
        for token in (grant.refresh_token, grant.access_token):
            if await traffic.is_active(second, token):
                ledger.broke("revoked on one node, it is alive on the other")
        grant.end()


async def _disable(site: Site, wires: list[Wire]) -> float:
    """By a third process, this one. Seconds until both nodes refuse the client."""
    client = await asyncio.to_thread(Factory(site.app).client, "machine")
    for wire in wires:
        while not await _is_served(wire, client):
            await asyncio.sleep(0.1)  # a new client, too, is known within a second

    def change() -> None:
        with site.app.app_context(), transaction():
            assert register.disable(client.client_id)

    await asyncio.to_thread(change)
    began = time.monotonic()
    for wire in wires:
        while await _is_served(wire, client):
            if time.monotonic() - began > PATIENCE:
                return PATIENCE
            await asyncio.sleep(0.02)
    return time.monotonic() - began


async def _is_served(wire: Wire, client: RelyingParty) -> bool:
    response = await wire.post("/token", client, grant_type="client_credentials")
    return response.status == 200
