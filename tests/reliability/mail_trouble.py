"""The mail server is slow, silent or gone while people ask for links: nobody waits for it, and all
mails leave once it is back.
"""

from __future__ import annotations

import asyncio
import time
from pathlib import Path

from idp import opaque
from tests.reliability import site as sites
from tests.reliability.figures import Figures
from tests.reliability.judge import Judge
from tests.reliability.ledger import Ledger
from tests.reliability.obstacle import Mood, Obstacle, in_front_of
from tests.reliability.site import Site
from tests.reliability.traffic import Traffic
from tests.reliability.wire import Window, Wire
from tests.support import mail_server
from tests.support.databases import EngineKind
from tests.support.factories import Factory
from tests.support.mail_server import MailServer

MOODS = (Mood.SLOW, Mood.SILENT, Mood.GONE)
LONGEST_ANSWER = 8.0
"""Seconds: less than the mail server is given, more than a busy machine takes."""
ARRIVES_WITHIN = 180.0
"""The second and third tries are ten and forty seconds after the one before."""


async def mail_trouble(folder: Path, *, rounds: int = 1, asked: int = 4) -> Figures:
    """Each mood once a round, with so many who ask for a link to reset their password."""
    ledger, figures = Ledger(), Figures("mail server slow, silent, gone")
    with mail_server.running() as server, in_front_of(server.port) as obstacle:
        settings = {"IDP_MAIL_URL": f"smtp://127.0.0.1:{obstacle.port}"}
        with sites.opened(EngineKind.SQLITE, folder, settings=settings) as site:
            site.start_jobs()
            began = time.monotonic()
            async with Traffic(site.cast, site.ports, ledger).flowing() as traffic:
                judge = Judge(traffic, site.app, sample=3)
                for mood in MOODS * rounds:
                    await _endure(site, obstacle, server, mood, ledger, figures, asked)
                    await judge.judge()
            figures.take(ledger, judge.checked + len(MOODS) * rounds * asked, began)
            figures.broken += site.unexpected()
    return figures


async def _endure(
    site: Site,
    obstacle: Obstacle,
    server: MailServer,
    mood: Mood,
    ledger: Ledger,
    figures: Figures,
    asked: int,
) -> None:
    await asyncio.to_thread(obstacle.become, mood)
    waiting = {await _ask(site, ledger, mood) for _ in range(asked)}
    await asyncio.sleep(3)  # the jobs have tried
    await asyncio.to_thread(obstacle.become, Mood.PASSING)
    back, figures.disturbances = time.monotonic(), figures.disturbances + 1
    while waiting and time.monotonic() - back < ARRIVES_WITHIN:
        await asyncio.sleep(0.2)
        with server.lock:
            waiting -= {to for mail in server.taken for to in mail.rcpt_tos}
    figures.slowest_recovery = max(figures.slowest_recovery, time.monotonic() - back)
    for email in waiting:
        ledger.broke(f"{mood.name}: the mail to {email} has never arrived")


async def _ask(site: Site, ledger: Ledger, mood: Mood) -> str:
    """By somebody who is known, in a browser of their own."""
    email = f"{opaque.identifier().lower()}@example.com"
    await asyncio.to_thread(Factory(site.app).user, email)
    wire = Wire(site.ports, ledger)
    window, began = Window(wire), time.monotonic()
    landed = await window.go("/password-reset")
    landed = await window.submit(landed, "email", email=email)
    wire.close()
    if landed.status != 200:
        ledger.broke(f"{mood.name}: whoever asked for a link was answered {landed.status}")
    if time.monotonic() - began > LONGEST_ANSWER:
        ledger.broke(f"{mood.name}: whoever asked for a link waited for the mail server")
    return email
