"""T1: 64 at once with a value that is good once, on every node at the same time: one succeeds.

Each kind knows how to make a new value and what its racers send; a racer says whether it got in.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from pathlib import Path

from benchmarks.http import Response
from idp import clock, opaque
from idp.accounts import password_link
from idp.extensions import db, transaction
from idp.models import User
from idp.oauth.rfc7523_client_assertion import TYPE
from tests.reliability import site as sites
from tests.reliability.asking import authorization
from tests.reliability.figures import Figures
from tests.reliability.ledger import Ledger
from tests.reliability.people import PASSWORD
from tests.reliability.site import Site
from tests.reliability.wire import Window, Wire
from tests.support.browser import Browser
from tests.support.databases import EngineKind
from tests.support.dpop import prover
from tests.support.factories import Factory
from tests.support.relying_party import REDIRECT_URI, RelyingParty, answer
from tests.support.signer import signer

RACERS = 64
NEW = "seven quiet words in a row"
DEVICE_GRANT = "urn:ietf:params:oauth:grant-type:device_code"
SETTINGS = {
    "IDP_THROTTLING": "off",
    "IDP_PASSWORDS__HASH_WAIT": "PT30S",
    "IDP_PASSWORDS__HASH_SLOTS": "32",
}

Racer = Callable[[], Awaitable[bool]]


class Track:
    """Makes what is raced for, in this process, and the racers' connections to all nodes."""

    def __init__(self, site: Site, ledger: Ledger) -> None:
        self.site, self.ledger = site, ledger
        self.a = Factory(site.app)
        self.wires = [self._wire(number) for number in range(RACERS)]
        self.machine = self.a.client(
            "machine", token_endpoint_auth_method="private_key_jwt", jwks=signer().jwks
        )
        self.asking = self.a.client()
        self.tv = self.a.client("native", redirect_uris=["http://127.0.0.1/callback"])

    def _wire(self, number: int) -> Wire:
        ports = self.site.ports
        turn = number % len(ports)
        return Wire(ports[turn:] + ports[:turn], self.ledger, _turn=0)

    def person(self) -> tuple[User, str]:
        email = f"{opaque.identifier().lower()}@example.com"
        return self.a.user(email), email

    def browser(self, url: str) -> Browser:
        """Somebody's, in this process."""
        issuer: str = self.site.app.extensions["idp.settings"].issuer
        return Browser(self.site.app.test_client(), issuer).open(url)

    def code(self) -> tuple[str, str]:
        """For the app whose refresh tokens rotate, and its verifier."""
        _user, email = self.person()
        path, verifier = authorization(self.site.cast)
        browser = self.browser(path).submit(username=email, password=PASSWORD)
        return answer(browser.left_for)["code"], verifier

    def forms(self, client: RelyingParty | None, **fields: str) -> list[Racer]:
        """The same request to the token endpoint from every racer."""
        headers = client.basic() if client else None

        def racer(wire: Wire) -> Racer:
            async def run() -> bool:
                return _is_good(await wire.send("POST", "/token", fields, headers))

            return run

        return [racer(wire) for wire in self.wires]

    def windows(self, window: Window, url: str, fields: dict[str, str]) -> list[Racer]:
        """The same form from every racer, all with one browser's cookies."""

        def racer(wire: Wire) -> Racer:
            async def run() -> bool:
                copy = Window(wire, dict(window.cookies), window.comes_from, window.url)
                return (await copy.go(url, fields)).page is None

            return run

        return [racer(wire) for wire in self.wires]


def _is_good(response: Response) -> bool:
    return response.status == 200


async def code(track: Track) -> list[Racer]:
    value, verifier = await asyncio.to_thread(track.code)
    return track.forms(
        track.site.cast.rotating,
        grant_type="authorization_code",
        code=value,
        redirect_uri=REDIRECT_URI,
        code_verifier=verifier,
    )


async def refresh_token(track: Track) -> list[Racer]:
    value, verifier = await asyncio.to_thread(track.code)
    rp = track.site.cast.rotating
    told = await asyncio.to_thread(lambda: rp.exchange(value, code_verifier=verifier).get_json())
    return track.forms(rp, grant_type="refresh_token", refresh_token=told["refresh_token"])


async def assertion(track: Track) -> list[Racer]:
    now = int(clock.now().timestamp())
    who = track.machine.client_id
    claims = {"iss": who, "sub": who, "aud": track.machine.issuer, "jti": opaque.make()}
    proof = signer().sign(claims | {"iat": now, "exp": now + 60})
    return track.forms(
        None,
        grant_type="client_credentials",
        client_assertion_type=TYPE,
        client_assertion=proof,
    )


async def device_code(track: Track) -> list[Racer]:
    def allowed() -> str:
        _user, email = track.person()
        tv, data = track.tv, {"scope": "openid", "client_id": track.tv.client_id}
        asked = tv.client.post("/device_authorization", data=data, base_url=tv.issuer).get_json()
        browser = track.browser(asked["verification_uri"]).submit(user_code=asked["user_code"])
        browser.submit(username=email, password=PASSWORD).press("Allow")
        return str(asked["device_code"])

    value = await asyncio.to_thread(allowed)
    who = track.tv.client_id
    return track.forms(None, grant_type=DEVICE_GRANT, device_code=value, client_id=who)


async def one_time_code(track: Track) -> list[Racer]:
    """In as many sign-ins of their own."""
    user, email = await asyncio.to_thread(track.person)
    phone = await asyncio.to_thread(track.a.phone, user)
    return await _second_factors(track, email, phone.code, None)


async def recovery_code(track: Track) -> list[Racer]:
    user, email = await asyncio.to_thread(track.person)
    await asyncio.to_thread(track.a.phone, user)
    codes = await asyncio.to_thread(track.a.recovery_codes, user)
    return await _second_factors(track, email, lambda: codes[0], "recovery-code")


async def _second_factors(
    track: Track, email: str, shown: Callable[[], str], other_way: str | None
) -> list[Racer]:
    async def arrive(wire: Wire) -> Racer:
        window = Window(wire)
        path, _verifier = authorization(track.site.cast)
        landed = await window.go(path)
        landed = await window.submit(landed, "password", username=email, password=PASSWORD)
        if other_way:
            landed = await window.go(landed.url.rpartition("/")[0] + f"/{other_way}")

        async def run() -> bool:
            ended = await window.submit(landed, "code", code=shown())
            return ended.page is None or ended.page.name not in {"second-factor", "recovery-code"}

        return run

    return list(await asyncio.gather(*(arrive(wire) for wire in track.wires)))


async def mailed_link(track: Track) -> list[Racer]:
    def issued() -> str:
        user, _email = track.person()
        with track.site.app.app_context(), transaction():
            return password_link.url(password_link.issue(db.session.get_one(User, user.id)))

    url = await asyncio.to_thread(issued)
    window = Window(track.wires[0])
    landed = await window.go(url)
    assert landed.page is not None
    form = landed.page.form_with("password")

    def racer(wire: Wire) -> Racer:
        async def run() -> bool:
            copy = Window(wire, dict(window.cookies), window.comes_from, window.url)
            ended = await copy.go(form.action or landed.url, form.fields | {"password": NEW})
            return ended.page is not None and ended.page.name == "password-set"

        return run

    return [racer(wire) for wire in track.wires]


async def consent(track: Track) -> list[Racer]:
    """One interaction gives one code."""
    _user, email = await asyncio.to_thread(track.person)
    window = Window(track.wires[0])
    landed = await window.go(track.asking.authorization_url())
    landed = await window.submit(landed, "password", username=email, password=PASSWORD)
    assert landed.page is not None
    form = landed.page.form_with("decision")
    return track.windows(window, form.action or landed.url, form.fields | {"decision": "allow"})


async def pushed_request(track: Track) -> list[Racer]:
    """One name gives one answer, to whoever is signed in."""

    def arrived() -> str:
        rp = track.asking
        data = rp.parameters()
        told = rp.client.post("/par", data=data, headers=rp.basic(), base_url=rp.issuer).get_json()
        return f"/authorize?client_id={rp.client_id}&request_uri={told['request_uri']}"

    _user, email = await asyncio.to_thread(track.person)
    window = Window(track.wires[0])
    landed = await window.go(track.asking.authorization_url())
    landed = await window.submit(landed, "password", username=email, password=PASSWORD)
    assert landed.page is not None
    form = landed.page.form_with("decision")
    await window.go(form.action or landed.url, form.fields | {"decision": "allow"})
    url = await asyncio.to_thread(arrived)

    def racer(wire: Wire) -> Racer:
        async def run() -> bool:
            copy = Window(wire, dict(window.cookies), window.comes_from, window.url)
            return (await copy.go(url)).page is None

        return run

    return [racer(wire) for wire in track.wires]


async def key_proof(track: Track) -> list[Racer]:
    rp = track.site.cast.rotating
    value, verifier = await asyncio.to_thread(track.code)
    bound = {"DPoP": prover().proof("POST", f"{rp.issuer}/token")} | rp.basic()
    told = await asyncio.to_thread(
        lambda: rp.exchange(value, headers=bound, code_verifier=verifier).get_json()
    )
    token = told["access_token"]
    proof = prover().proof("GET", f"{rp.issuer}/userinfo", token)
    shown = {"Authorization": f"DPoP {token}", "DPoP": proof}

    def racer(wire: Wire) -> Racer:
        async def run() -> bool:
            return _is_good(await wire.send("GET", "/userinfo", {}, shown))

        return run

    return [racer(wire) for wire in track.wires]


KINDS: tuple[Callable[[Track], Awaitable[list[Racer]]], ...] = (
    code,
    refresh_token,
    assertion,
    device_code,
    one_time_code,
    recovery_code,
    mailed_link,
    consent,
    pushed_request,
    key_proof,
)


async def races(kind: EngineKind, folder: Path, *, rounds: int, nodes: int = 1) -> Figures:
    """Every kind of value, so many times."""
    ledger = Ledger()
    figures = Figures(f"{RACERS} racers, {kind}, {nodes} nodes")
    workers = 2 if nodes == 1 else 1
    with sites.opened(kind, folder, nodes=nodes, workers=workers, settings=SETTINGS) as site:
        began = time.monotonic()
        track = await asyncio.to_thread(Track, site, ledger)
        for number in range(rounds * len(KINDS)):
            make = KINDS[number % len(KINDS)]
            racers = await make(track)
            won = sum(await asyncio.gather(*(racer() for racer in racers)))
            figures.disturbances += 1
            figures.checked += len(racers)
            if won != 1:
                ledger.broke(f"{make.__name__}: {won} of {len(racers)} succeeded")
        for wire in track.wires:
            wire.close()
        checked = figures.checked
        figures.take(ledger, checked, began)
        figures.broken += site.unexpected()
    return figures
