"""R99, A104: a backup is put back, older than what happened since. Nothing that was issued by then,
or after, is good again, and people sign in anew.
"""

from __future__ import annotations

import asyncio
import shutil
import time
from pathlib import Path

from sqlalchemy import make_url

from idp.extensions import db
from tests.reliability import site as sites
from tests.reliability.asking import authorization
from tests.reliability.figures import Figures
from tests.reliability.judge import Judge
from tests.reliability.ledger import Code, Grant, Ledger, SignedIn
from tests.reliability.site import Site
from tests.reliability.traffic import Traffic
from tests.reliability.wire import Window, Wire
from tests.support.databases import EngineKind
from tests.support.relying_party import REDIRECT_URI, answer


async def restores(folder: Path, *, answers: int = 1500, sample: int = 60) -> Figures:
    """Once: traffic, a backup, more traffic, and back."""
    before, after = Ledger(), Ledger()
    figures = Figures("an old backup is put back")
    with sites.opened(EngineKind.SQLITE, folder) as site:
        began = time.monotonic()
        async with Traffic(site.cast, site.ports, before).flowing():
            await _until(before, answers)
            copy = folder / "backup.sqlite3"
            await _command(site, before, "db", "backup", str(copy))
            await _until(before, 2 * answers)
        figures.slowest_recovery = await asyncio.to_thread(_put_back, site, copy, before)
        figures.disturbances = 1
        asking = _Afterwards(Traffic(site.cast, site.ports, after), Wire(site.ports, after))
        await asking.for_everything(before, sample)
        async with Traffic(site.cast, site.ports, after).flowing() as traffic:
            await _until(after, answers)
            judge = Judge(traffic, site.app)
            await judge.judge()
        figures.take(after, asking.checked + judge.checked, began)
        figures.answers += before.answers
        figures.broken += before.broken + site.unexpected()
    return figures


async def _until(ledger: Ledger, answers: int) -> None:
    while ledger.answers < answers:
        await asyncio.sleep(0.1)


async def _command(site: Site, ledger: Ledger, *words: str) -> None:
    done = await asyncio.to_thread(site.command, *words)
    if done.returncode != 0:
        ledger.broke(f"idp {' '.join(words)}: {done.stderr[-200:]}")


def _put_back(site: Site, copy: Path, ledger: Ledger) -> float:
    """As docs/reliability.md says. Seconds until the node answers."""
    (node,) = site.nodes
    node.stop()
    with site.app.app_context():
        db.session.remove()
        db.engine.dispose()
    file = Path(str(make_url(site.environment["IDP_DATABASE_URL"]).database))
    for beside in ("-wal", "-shm"):
        file.with_name(file.name + beside).unlink(missing_ok=True)
    shutil.copyfile(copy, file)
    done = site.command("db", "after-restore", "--reason", "a disk broke")
    if done.returncode != 0:
        ledger.broke(f"idp db after-restore: {done.stderr[-200:]}")
    began = time.monotonic()
    node.start()
    return time.monotonic() - began


class _Afterwards:
    """Asks for what was issued before."""

    def __init__(self, traffic: Traffic, wire: Wire) -> None:
        self.traffic, self.wire, self.checked = traffic, wire, 0

    async def for_everything(self, before: Ledger, sample: int) -> None:
        for grant in [*list(before.grants)[:sample], *list(before.ended)[:sample]]:
            await self._grant(grant)
        for code in list(before.codes)[:sample]:
            await self._code(code)
        for session in [*list(before.sessions)[:sample], *list(before.signed_out)[:sample]]:
            await self._session(session)

    async def _grant(self, grant: Grant) -> None:
        self.checked += 1
        for token in (grant.access_token, grant.refresh_token):
            if await self.traffic.is_active(self.wire, token):
                self.traffic.ledger.broke("a token from before the restore is alive")
        await self._refused(grant_type="refresh_token", refresh_token=grant.refresh_token)
        await self._code(grant.code)

    async def _code(self, code: Code) -> None:
        self.checked += 1
        await self._refused(
            grant_type="authorization_code",
            code=code.value,
            redirect_uri=REDIRECT_URI,
            code_verifier=code.verifier,
        )

    async def _refused(self, **fields: str) -> None:
        response = await self.wire.post("/token", self.traffic.cast.rotating, **fields)
        if response.status != 400 or response.json()["error"] != "invalid_grant":
            self.traffic.ledger.broke(f"{fields['grant_type']} from before: {response.status}")

    async def _session(self, session: SignedIn) -> None:
        self.checked += 1
        path, _verifier = authorization(self.traffic.cast, prompt="none")
        landed = await Window(self.wire, dict(session.cookies)).go(path)
        if landed.page is not None or answer(landed.url).get("error") != "login_required":
            self.traffic.ledger.broke(f"a session from before was answered {landed.url[:80]}")
