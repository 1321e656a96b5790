"""Whether what was answered still holds: asked over HTTP, and of the counters in the database."""

from __future__ import annotations

import asyncio
import secrets
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from flask import Flask
from sqlalchemy import func, select

from idp.extensions import db
from idp.models import Bucket
from tests.reliability.asking import authorization
from tests.reliability.ledger import Code, Fate, Grant, SignedIn, in_hand
from tests.reliability.traffic import Traffic
from tests.reliability.wire import Away, BrokenAnswer, Lost, Window, Wire
from tests.support.relying_party import REDIRECT_URI, answer

GUESSES = "password.series.%:"


@dataclass(slots=True)
class Judge:
    """Of one deployment. `app` reads its database."""

    traffic: Traffic
    app: Flask
    sample: int = 12
    """So many of each kind."""
    checked: int = 0

    async def judge(self) -> None:
        """Everything once; broken promises go to the ledger."""
        wire = Wire(self.traffic.ports, self.traffic.ledger)
        for look in (
            self._known_grants,
            self._unredeemed_codes,
            self._ended_grants,
            self._sessions,
            self._signed_out,
            self._spent,
        ):
            for _ in range(self.sample):
                await self._patiently(look, wire)
        await asyncio.to_thread(self._counters)
        wire.close()

    async def _patiently(self, look: Callable[[Wire], Awaitable[None]], wire: Wire) -> None:
        """The traffic goes on, and so may the disturbance."""
        for _try in range(20):
            try:
                await look(wire)
            except (Lost, Away):
                await asyncio.sleep(0.2)
            except BrokenAnswer:
                return
            else:
                self.checked += 1
                return

    async def _known_grants(self, wire: Wire) -> None:
        with in_hand(self.traffic.ledger.grants) as grant:
            if not isinstance(grant, Grant):
                return
            for kind in ("refresh_token", "access_token"):
                too_old = kind == "access_token" and time.monotonic() - grant.made_at > 500
                if not too_old and not await self.traffic.is_active(wire, getattr(grant, kind)):
                    self._broke(f"an answered {kind} is not known")

    async def _unredeemed_codes(self, wire: Wire) -> None:
        codes = self.traffic.ledger.codes
        if codes:
            code: Code = codes.pop()
            if time.monotonic() - code.made_at < 45:
                await self.traffic.redeem(wire, code)

    async def _ended_grants(self, wire: Wire) -> None:
        ended = self.traffic.ledger.ended
        if not ended:
            return
        grant = secrets.choice(ended)
        for token in (grant.refresh_token, grant.access_token):
            if await self.traffic.is_active(wire, token):
                self._broke("something revoked is alive")
        await self._refused(wire, "a revoked refresh token", refresh_token=grant.refresh_token)

    async def _sessions(self, wire: Wire) -> None:
        with in_hand(self.traffic.ledger.sessions) as session:
            if isinstance(session, SignedIn) and (
                code := await self.traffic.code_of(wire, session)
            ):
                self.traffic.ledger.codes.append(code)

    async def _signed_out(self, wire: Wire) -> None:
        if not self.traffic.ledger.signed_out:
            return
        session = secrets.choice(self.traffic.ledger.signed_out)
        path, _verifier = authorization(self.traffic.cast, prompt="none")
        landed = await Window(wire, dict(session.cookies)).go(path)
        if landed.page is None and "code" in answer(landed.url):
            self._broke("a session that was signed out is alive")

    async def _spent(self, wire: Wire) -> None:
        """Its second use ends the family (RFC 9700 §4.14.2), so it is the last thing asked."""
        with in_hand(self.traffic.ledger.grants) as grant:
            if not isinstance(grant, Grant) or len(self.traffic.ledger.grants) < 30:
                return
            grant.fate = Fate.UNKNOWN
            if grant.spent and secrets.randbelow(2):
                spent = secrets.choice(grant.spent)
                await self._refused(wire, "a spent refresh token", refresh_token=spent)
            else:
                await self._refused(wire, "a spent code", code=grant.code)
            if await self.traffic.is_active(wire, grant.refresh_token):
                self._broke("what came of a value that was used twice is alive")
            grant.end()
            self.traffic.ledger.ended.append(grant)

    async def _refused(
        self, wire: Wire, what: str, *, refresh_token: str = "", code: Code | None = None
    ) -> None:
        fields = {"grant_type": "refresh_token", "refresh_token": refresh_token}
        if code is not None:
            fields = {
                "grant_type": "authorization_code",
                "code": code.value,
                "redirect_uri": REDIRECT_URI,
                "code_verifier": code.verifier,
            }
        response = await wire.post("/token", self.traffic.cast.rotating, **fields)
        if response.status != 400 or response.json()["error"] != "invalid_grant":
            self._broke(f"{what} was answered {response.status} {response.body[:60]!r}")

    def _counters(self) -> None:
        """A guess that was looked at has been counted, and stays so."""
        answered = dict(self.traffic.ledger.guesses)
        for user, guesses in answered.items():
            series = select(func.sum(Bucket.count)).where(Bucket.key.like(f"{GUESSES}{user}"))
            with self.app.app_context():
                counted = db.session.scalar(series) or 0
            if counted < guesses:
                self._broke(f"{guesses} guesses were answered, {counted} are counted")

    def _broke(self, what: str) -> None:
        self.traffic.ledger.broke(what)
