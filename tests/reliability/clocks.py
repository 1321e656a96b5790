"""T14: a server's clock jumps an hour ahead, and an hour back, and is put right.

No one-time code is taken twice, nothing lives longer, nobody sees an error, and it works again at
once when the clock is right.
"""

from __future__ import annotations

import asyncio
import time
from pathlib import Path

from idp.authentication import time_check
from idp.extensions import transaction
from tests.reliability import site as sites
from tests.reliability.asking import authorization
from tests.reliability.figures import Figures
from tests.reliability.ledger import Ledger, SignedIn
from tests.reliability.people import Person
from tests.reliability.site import Site
from tests.reliability.traffic import Traffic
from tests.reliability.wire import Window, Wire
from tests.support import provider
from tests.support.databases import EngineKind

HOUR_OF_STEPS = 120


class Scene:
    """One server whose clock is moved, and people who try their codes."""

    def __init__(self, site: Site, clock: Path, ledger: Ledger, figures: Figures) -> None:
        self.site, self.clock, self.ledger, self.figures = site, clock, ledger, figures
        self.traffic = Traffic(site.cast, site.ports, ledger)
        self.wire = Wire(site.ports, ledger)
        self.sessions: list[SignedIn] = []

    async def move(self, seconds: int) -> None:
        self.clock.write_text(str(seconds))
        self.figures.disturbances += 1
        await asyncio.sleep(0.5)

    async def gets_in(self, person: Person, code: str) -> bool:
        window = Window(self.wire)
        landed = await self.traffic.at_the_code(window, person.email)
        if landed is None:
            return False
        self.figures.checked += 1
        got_in = (await window.submit(landed, "code", code=code)).page is None
        if got_in:
            self.sessions.append(SignedIn(cookies=dict(window.cookies), email=person.email))
        return got_in

    async def is_alive(self, session: SignedIn) -> bool:
        path, _verifier = authorization(self.site.cast, prompt="none")
        landed = await Window(self.wire, dict(session.cookies)).go(path)
        return landed.page is None and "code=" in landed.url

    async def nobody(self, codes: dict[Person, str], when: str) -> None:
        for person, code in codes.items():
            if await self.gets_in(person, code):
                self.ledger.broke(f"a one-time code was taken {when}")


async def clocks(kind: EngineKind, folder: Path, *, people: int) -> Figures:
    """Once there and back, in both directions."""
    ledger, figures = Ledger(), Figures(f"clock jumps, {kind}")
    clock = folder / "clock"
    clock.write_text("0")
    with (
        provider.databases().migrated(kind, folder) as url,
        sites.at(
            url,
            folder,
            workers=1,
            settings={"CLOCK_FILE": str(clock), "IDP_THROTTLING": "off"},
            application="tests.reliability.moved_clock:app",
        ) as site,
    ):
        began = time.monotonic()
        await _play(Scene(site, clock, ledger, figures), people)
        figures.take(ledger, figures.checked, began)
        figures.broken += site.unexpected()
    return figures


async def _play(scene: Scene, people: int) -> None:
    early, late = scene.site.cast.people[:people], scene.site.cast.people[people : 2 * people]
    used = {person: person.phone.code() for person in early}
    for person, code in used.items():
        if not await scene.gets_in(person, code):
            scene.ledger.broke("a right code was refused before anything happened")
    with scene.site.app.app_context(), transaction():
        time_check.beat()  # as the jobs do every ten seconds

    await scene.move(3600)
    await scene.nobody(used, "again, an hour ahead")
    for session in list(scene.sessions):
        if await scene.is_alive(session):
            scene.ledger.broke("a session outlived its idle time, an hour ahead")

    await scene.move(-3600)
    await scene.nobody(used, "again, an hour behind")
    old = {person: person.phone.code(-HOUR_OF_STEPS) for person in late}
    await scene.nobody(old, "that is an hour old, by a clock an hour behind")

    await scene.move(0)
    await scene.nobody(used, "again, after all")
    fresh = {person: person.phone.code() for person in late}
    for person, code in fresh.items():
        if not await scene.gets_in(person, code):
            scene.ledger.broke("a right code was refused by a clock that was put right")
    scene.wire.close()
