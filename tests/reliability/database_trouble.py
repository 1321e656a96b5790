"""The database becomes slow, silent, unreachable or read-only, and comes back."""

from __future__ import annotations

import asyncio
import time
from pathlib import Path

from sqlalchemy import create_engine, make_url, text

from tests.reliability import site as sites
from tests.reliability.figures import Figures
from tests.reliability.judge import Judge
from tests.reliability.ledger import Ledger
from tests.reliability.obstacle import Mood, Obstacle, in_front_of
from tests.reliability.site import Site
from tests.reliability.traffic import Traffic
from tests.support import provider
from tests.support.databases import EngineKind

MOODS = (Mood.SLOW, Mood.GONE, Mood.SILENT)


async def troubled(
    folder: Path, *, rounds: int = 1, seconds: float = 3.0, sample: int = 6
) -> Figures:
    """Each mood for some seconds, under load, with a judgement after each."""
    ledger, figures = Ledger(), Figures("PostgreSQL slow, gone, silent, read-only")
    with provider.databases().migrated(EngineKind.POSTGRESQL, folder) as url:
        socket = Path(str(make_url(url).query["host"])) / ".s.PGSQL.5432"
        with in_front_of(socket) as obstacle:
            way = make_url(url).set(host="127.0.0.1", port=obstacle.port, query={})
            seen = way.render_as_string(hide_password=False)
            with sites.at(url, folder, seen_by_nodes=seen) as site:
                began = time.monotonic()
                async with Traffic(site.cast, site.ports, ledger).flowing() as traffic:
                    judge = Judge(traffic, site.app, sample=sample)
                    for _ in range(rounds):
                        for mood in MOODS:
                            await _endure(site, obstacle, mood, ledger, figures, seconds)
                            await judge.judge()
                        await _endure_read_only(site, url, ledger, figures, seconds)
                        await judge.judge()
                figures.take(ledger, judge.checked, began)
                figures.broken += site.unexpected()
    return figures


async def _endure(
    site: Site, obstacle: Obstacle, mood: Mood, ledger: Ledger, figures: Figures, seconds: float
) -> None:
    ledger.outage = True
    await asyncio.to_thread(obstacle.become, mood)
    await asyncio.sleep(seconds)
    await asyncio.to_thread(obstacle.become, Mood.PASSING)
    await _back(site, ledger, figures)


async def _endure_read_only(
    site: Site, url: str, ledger: Ledger, figures: Figures, seconds: float
) -> None:
    ledger.outage = True
    await asyncio.to_thread(_let_write, url, "on")
    await asyncio.sleep(seconds)
    await asyncio.to_thread(_let_write, url, "off")
    await _back(site, ledger, figures)


async def _back(site: Site, ledger: Ledger, figures: Figures) -> None:
    figures.disturbances += 1
    waits = [sites.recovers(node) for node in site.nodes]
    figures.slowest_recovery = max(figures.slowest_recovery, *await asyncio.gather(*waits))
    await asyncio.sleep(1)  # for answers to what began before
    ledger.outage = False


def _let_write(url: str, read_only: str) -> None:
    """As a standby, or a server whose disk is protected; connections notice by being new."""
    engine = create_engine(url, isolation_level="AUTOCOMMIT")
    name = make_url(url).database
    with engine.connect() as connection:
        connection.execute(text("SET default_transaction_read_only = off"))
        connection.execute(text("SET SESSION CHARACTERISTICS AS TRANSACTION READ WRITE"))
        connection.execute(
            text(f"ALTER DATABASE {name} SET default_transaction_read_only = {read_only}")
        )
        connection.execute(
            text(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )
        )
    engine.dispose()
