"""What goes on all the time: people sign in, apps redeem, renew, ask and revoke, strangers guess.

Each lane keeps to what it was told and writes down every answer. A lane that meets a broken
connection or a 503 goes on after a moment, as a real client would.
"""

from __future__ import annotations

import asyncio
import secrets
import time
from collections.abc import Awaitable, Callable, Sequence
from contextlib import asynccontextmanager, suppress
from typing import TYPE_CHECKING, Any

from benchmarks.http import Response, Wrong
from tests.reliability.asking import authorization, unknown_until_told
from tests.reliability.ledger import Code, Fate, Grant, Ledger, SignedIn, in_hand
from tests.reliability.people import PASSWORD, Cast, Person
from tests.reliability.wire import Away, BrokenAnswer, Landed, Lost, NotSent, Window, Wire
from tests.reliability.witness import Witness
from tests.support.relying_party import REDIRECT_URI, answer

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

LEFT_UNREDEEMED = 20
"""Every so-many-th code waits for the judge."""
PAUSE_SECONDS = 0.0
"""After each act of a lane. The short form has one, so that what is restarted comes up quickly."""
REPLAYED = 8
"""Every so-many-th one-time code is tried once more."""


class Traffic:
    """The lanes on one deployment."""

    def __init__(
        self, cast: Cast, ports: Sequence[int], ledger: Ledger, witness: Witness | None = None
    ) -> None:
        self.cast, self.ports, self.ledger, self.witness = cast, ports, ledger, witness
        self.stopping = asyncio.Event()
        self._people: asyncio.Queue[Person] = asyncio.Queue()
        for person in cast.people:
            self._people.put_nowait(person)

    @asynccontextmanager
    async def flowing(self, busyness: int = 1) -> AsyncIterator[Traffic]:
        """From the first live sessions until the end of the block."""
        kinds: list[Callable[[Wire], Awaitable[None]]] = [
            *[self.authorize_and_redeem] * 3 * busyness,
            *[self.refresh] * 3 * busyness,
            *[self.introspect] * 2 * busyness,
            *[self.ask_for_itself] * busyness,
            *[self.sign_in] * 2,
            self.revoke,
            self.guess,
        ]
        lanes = [asyncio.create_task(self._lane(act)) for act in kinds]
        try:
            async with asyncio.timeout(120):
                while not (self.ledger.sessions and self.ledger.grants):
                    await asyncio.sleep(0.05)
            yield self
        finally:
            self.stopping.set()
            await asyncio.gather(*lanes)

    async def _lane(self, act: Callable[[Wire], Awaitable[None]]) -> None:
        wire = Wire(self.ports, self.ledger)
        while not self.stopping.is_set():
            try:
                await act(wire)
                await asyncio.sleep(PAUSE_SECONDS)
            except NotSent:
                await asyncio.sleep(0.2)
            except Lost:
                await asyncio.sleep(0.05)
            except Away:
                await asyncio.sleep(0.5)
            except BrokenAnswer:
                await asyncio.sleep(0.2)
            except Wrong as error:
                self.ledger.broke(f"{act.__name__}: {error}")
                await asyncio.sleep(0.2)
        wire.close()

    # --- apps ------------------------------------------------------------------------------------

    async def authorize_and_redeem(self, wire: Wire) -> None:
        """A live session answers at once; the code is redeemed, or left for the judge."""
        with in_hand(self.ledger.sessions) as found:
            if not isinstance(found, SignedIn):
                await asyncio.sleep(0.1)
                return
            code = await self.code_of(wire, found)
        if code is None:
            return
        if secrets.randbelow(LEFT_UNREDEEMED) == 0:
            self.ledger.codes.append(code)
        else:
            await self.redeem(wire, code)

    async def code_of(self, wire: Wire, session: SignedIn) -> Code | None:
        """What its browser is answered without a page; else the session was lost."""
        path, verifier = authorization(self.cast, prompt="none")
        window = Window(wire, dict(session.cookies))
        landed = await window.go(path)
        told = answer(landed.url) if landed.page is None else {}
        if "code" not in told:
            if session.fate is Fate.LIVE:
                self.ledger.broke(f"a live session was answered {landed.status} {told}")
                session.fate = Fate.UNKNOWN
            return None
        return Code(value=told["code"], verifier=verifier)

    async def redeem(self, wire: Wire, code: Code) -> Grant | None:
        """A code that was answered is good for a minute, once."""
        code.fate = Fate.UNKNOWN
        began = time.monotonic()
        response = await wire.post(
            "/token",
            self.cast.rotating,
            grant_type="authorization_code",
            code=code.value,
            redirect_uri=REDIRECT_URI,
            code_verifier=code.verifier,
        )
        if response.status != 200:
            if began - code.made_at < 50:
                self.ledger.broke(f"a code was answered {response.status} {response.body[:80]!r}")
            return None
        code.end()
        told = await self._told(response)
        grant = Grant(
            client=self.cast.rotating,
            code=code,
            access_token=told["access_token"],
            refresh_token=told["refresh_token"],
        )
        self.ledger.grants.append(grant)
        return grant

    async def refresh(self, wire: Wire) -> None:
        with in_hand(self.ledger.grants) as grant:
            if not isinstance(grant, Grant):
                await asyncio.sleep(0.1)
                return
            with unknown_until_told(grant):
                response = await wire.post(
                    "/token",
                    self.cast.rotating,
                    grant_type="refresh_token",
                    refresh_token=grant.refresh_token,
                )
            if response.status != 200:
                self.ledger.broke(f"a refresh token was answered {response.body[:80]!r}")
                return
            told = await self._told(response)
            grant.spent.append(grant.refresh_token)
            grant.refresh_token = told["refresh_token"]
            grant.access_token = told["access_token"]
            grant.made_at = time.monotonic()
            grant.fate = Fate.LIVE

    async def introspect(self, wire: Wire) -> None:
        with in_hand(self.ledger.grants) as grant:
            if not isinstance(grant, Grant):
                await asyncio.sleep(0.1)
                return
            if not await self.is_active(wire, grant.refresh_token):
                self.ledger.broke("a live refresh token was said to be inactive")
                grant.fate = Fate.UNKNOWN

    async def is_active(self, wire: Wire, token: str) -> bool:
        response = await wire.post("/introspect", self.cast.rotating, token=token)
        if response.status != 200:
            raise Wrong(f"introspection answered {response.status} {response.body[:80]!r}")
        return response.json()["active"] is True

    async def ask_for_itself(self, wire: Wire) -> None:
        response = await wire.post("/token", self.cast.machine, grant_type="client_credentials")
        if response.status != 200:
            raise Wrong(f"client credentials were answered {response.status}")
        await self._told(response)

    async def _told(self, response: Response) -> dict[str, Any]:
        """The members of an answer of the token endpoint."""
        told = response.json()
        if self.witness is not None:
            await self.witness.see(told)
        return told

    async def revoke(self, wire: Wire) -> None:
        await asyncio.sleep(0.2)
        if len(self.ledger.grants) < 20:
            return
        with in_hand(self.ledger.grants) as grant:
            if not isinstance(grant, Grant):
                return
            with unknown_until_told(grant):
                response = await wire.post("/revoke", self.cast.rotating, token=grant.refresh_token)
            if response.status != 200:
                raise Wrong(f"a revocation was answered {response.status}")
            grant.end()
            self.ledger.ended.append(grant)

    # --- people ----------------------------------------------------------------------------------

    async def sign_in(self, wire: Wire) -> None:
        """Password and one-time code; some sign out again, some codes are tried twice."""
        person = await self._people.get()
        try:
            code = person.fresh_code()
            if code is None:
                await asyncio.sleep(0.3)
                return
            window = Window(wire)
            landed = await self.at_the_code(window, person.email)
            if landed is None:
                return
            landed = await window.submit(landed, "code", code=code)
        finally:
            self._people.put_nowait(person)
        if landed.page is not None:
            # A code of the step that has just ended may have become too old on the way; a try may
            # have been taken by a request that never answered.
            self.ledger.done[f"sign-in refused {landed.status}"] += 1
            return
        self.ledger.done["sign-in by one-time code"] += 1
        session = SignedIn(cookies=dict(window.cookies), email=person.email)
        if secrets.randbelow(REPLAYED) == 0:
            await self.replay(wire, person, code)
        if len(self.ledger.sessions) > 6 and secrets.randbelow(3) == 0:
            await self.sign_out(window, session)
        else:
            self.ledger.sessions.append(session)

    async def at_the_code(self, window: Window, email: str) -> Landed | None:
        path, _verifier = authorization(self.cast)
        landed = await window.go(path)
        landed = await window.submit(landed, "password", username=email, password=PASSWORD)
        if landed.page is None or landed.page.name != "second-factor":
            self.ledger.done[f"password refused {landed.status}"] += 1
            return None
        return landed

    async def replay(self, wire: Wire, person: Person, code: str) -> None:
        """The same code in another browser: it is spent."""
        window = Window(wire)
        landed = await self.at_the_code(window, person.email)
        if landed is None:
            return
        landed = await window.submit(landed, "code", code=code)
        self.ledger.done["one-time code tried again"] += 1
        if landed.page is None:
            self.ledger.broke("a one-time code was accepted twice")

    async def sign_out(self, window: Window, session: SignedIn) -> None:
        landed = await window.go("/account/")
        if landed.page is None or landed.page.name != "account":
            raise Wrong(f"the account page was answered {landed.status}")
        forms = [form for form in landed.page.forms if form.action.endswith("/account/sign-out")]
        await window.go(forms[0].action, forms[0].fields)
        self.ledger.done["sign-out"] += 1
        session.end()
        self.ledger.signed_out.append(session)

    async def guess(self, wire: Wire) -> None:
        """A stranger at one of the victims' passwords."""
        await asyncio.sleep(0.5)
        if not self.cast.victims:
            return
        email = secrets.choice(list(self.cast.victims))
        window = Window(wire)
        path, _verifier = authorization(self.cast)
        with suppress(Away):  # of a slot to hash in
            landed = await window.go(path)
            landed = await window.submit(
                landed, "password", username=email, password=secrets.token_hex(12)
            )
            if landed.status == 422:
                self.ledger.guesses[self.cast.victims[email]] += 1
                self.ledger.done["wrong password looked at"] += 1
            elif landed.status != 429:
                self.ledger.broke(f"a wrong password was answered {landed.status}")
