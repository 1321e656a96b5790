"""T8: whatever people and apps do, no token says what nobody proved.

The model keeps its own list of proofs. Every ID token, fresh or refreshed, is held against it.
"""

from __future__ import annotations

import tempfile
from contextlib import ExitStack
from datetime import datetime
from enum import Enum
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from idp.accounts import factors
from idp.extensions import db, transaction
from idp.models import User
from tests.support import provider, run
from tests.support.authenticator import Authenticator, show
from tests.support.browser import Browser
from tests.support.databases import EngineKind
from tests.support.factories import EMAIL, PASSWORD, Factory, Phone
from tests.support.relying_party import RelyingParty, answer, claims
from tests.support.time_travel import standing_still

LOA1, LOA2, PHR = "urn:idp:loa:1fa", "urn:idp:loa:2fa", "phr"
ESSENTIAL = '{"id_token":{"acr":{"essential":true,"values":["urn:idp:loa:2fa"]}}}'
PHISHING_RESISTANT = '{"id_token":{"acr":{"essential":true,"values":["phr"]}}}'

REQUESTS: list[dict[str, Any]] = [
    {},
    {"acr_values": LOA2},
    {"acr_values": f"{LOA1} {LOA2}"},
    {"acr_values": "2"},
    {"claims": ESSENTIAL},
    {"prompt": "login"},
    {"prompt": "login", "acr_values": LOA2},
    {"max_age": 60},
    {"max_age": 0},
    {"max_age": 3600, "claims": ESSENTIAL},
    {"acr_values": f"{PHR} {LOA2}"},
    {"claims": PHISHING_RESISTANT},
    {"max_age": 60, "claims": PHISHING_RESISTANT},
    {"prompt": "none"},
    {"prompt": "none", "claims": PHISHING_RESISTANT},
    {"prompt": "consent"},
]
LEVELS = {LOA1: 1, LOA2: 2, "1": 1, "2": 2, PHR: 3}
AT_REST = {"account", "security", "remove-passkey"}
"""Pages of the account on which nothing is asked."""


class By(Enum):
    """What somebody reaches for first."""

    CODE = "code"
    RECOVERY_CODE = "recovery code"
    PASSKEY = "passkey"


class People(RuleBasedStateMachine):
    """One person, two browsers, a client without demands and one that demands two factors."""

    def __init__(self) -> None:
        super().__init__()
        self.stack = ExitStack()
        self.clock = self.stack.enter_context(standing_still())
        folder = Path(self.stack.enter_context(tempfile.TemporaryDirectory()))
        url = self.stack.enter_context(provider.databases().migrated(EngineKind.SQLITE, folder))
        values = {"throttling": "off", "mail_url": f"file://{folder}"}
        self.app = provider.build(provider.settings_for(url, run.folder(), **values))
        self.stack.callback(provider.dispose, self.app)
        self.a = Factory(self.app)
        self.phones: list[Phone] = []
        self.codes: list[str] = []
        self.device: Authenticator | None = None
        self.proofs: list[tuple[str, datetime]] = []
        self.tokens: list[dict[str, Any]] = []
        self.refreshable: list[tuple[RelyingParty, str, dict[str, Any]]] = []

    @initialize()
    def someone_with_a_password(self) -> None:
        self.user = self.a.user()
        issuer = "https://idp.example"
        self.browsers = [Browser(self.app.test_client(), issuer) for _ in range(2)]
        self.clients = [self.a.client(), self.a.client(client_name="Bank", min_acr=LOA2)]

    def teardown(self) -> None:
        self.stack.close()

    # --- what people do ---------------------------------------------------------------------

    @rule(
        browser=st.integers(0, 1),
        client=st.integers(0, 1),
        request=st.sampled_from(REQUESTS),
        by=st.sampled_from(By),
    )
    def an_app_asks(self, browser: int, client: int, request: dict[str, Any], by: By) -> None:
        rp, window = self.clients[client], self.browsers[browser]
        opened_at = self.clock.now()
        window.open(rp.authorization_url(scope="openid offline_access", **request))
        self.walk(window, by)
        response = answer(window.left_for)
        if "error" in response:
            assert request.get("prompt") == "none", response
            return
        body = rp.exchange(response["code"]).get_json()
        identity = claims(body["id_token"])
        self.tokens.append(identity)
        self.refreshable.append((rp, body["refresh_token"], identity))
        self.satisfies(identity, rp, request, opened_at)

    @rule(seconds=st.sampled_from([1, 31, 61, 301, 3601]))
    def time_passes(self, seconds: int) -> None:
        self.clock.advance(seconds=seconds)

    @precondition(lambda self: self.refreshable)
    @rule(data=st.data())
    def an_app_refreshes(self, data: st.DataObject) -> None:
        rp, token, before = data.draw(st.sampled_from(self.refreshable))
        response = rp.refresh(token)
        if response.status_code != 200:
            assert response.get_json()["error"] == "invalid_grant"
            return
        after = claims(response.get_json()["id_token"])
        for name in ("acr", "amr", "auth_time", "sub", "aud", "iss"):
            assert after.get(name) == before.get(name), name
        self.tokens.append(after)

    @precondition(lambda self: self.device is None)
    @rule(browser=st.integers(0, 1))
    def somebody_adds_a_passkey(self, browser: int) -> None:
        window = self.browsers[browser].open("/account/passkeys")
        self.walk(window, By.CODE)
        if self.device is None:
            self.make_passkey(window)
            self.walk(window, By.CODE)

    @precondition(lambda self: self.device)
    @rule(browser=st.integers(0, 1))
    def somebody_removes_the_passkey(self, browser: int) -> None:
        window = self.browsers[browser].open("/account/security")
        self.walk(window, By.PASSKEY)
        # An app that insisted may have had a second one made; the one at hand is the newest.
        while links := window.all("[href*='/passkeys/'][href$='/remove']"):
            window.open(str(links[0]["href"]))
            self.walk(window, By.PASSKEY)
            window.press("Remove")
            assert "Passkey removed." in window.text
            window.open("/account/security")
            self.walk(window, By.PASSKEY)
        self.device = None
        self.lose_everything()

    @precondition(lambda self: self.phones or self.device)
    @rule()
    def an_administrator_resets_the_factors(self) -> None:
        with self.app.app_context(), transaction():
            user = db.session.get(User, self.user.id)
            assert user is not None
            factors.reset(user, reason="lost")
        self.phones, self.codes, self.device = [], [], None
        self.lose_everything()

    def lose_everything(self) -> None:
        """R48: what apps hold rests on a factor that has gone."""
        for rp, token, _identity in self.refreshable:
            assert rp.refresh(token).get_json()["error"] == "invalid_grant"
        self.refreshable = []

    def make_passkey(self, window: Browser) -> None:
        self.device = Authenticator(window.issuer)
        show(self.device, window)
        self.proofs += [("swk", self.clock.now()), ("user", self.clock.now())]

    def show_passkey(self, window: Browser) -> None:
        assert self.device is not None
        show(self.device, window)
        self.proofs += [("swk", self.clock.now()), ("user", self.clock.now())]

    def walk(self, window: Browser, by: By) -> None:
        """Do what the pages ask, and write down each proof."""
        for _page in range(16):
            if window.left_for is not None or window.page in AT_REST:
                return
            match window.page:
                case "sign-in" if by is By.PASSKEY and self.device:
                    self.show_passkey(window)
                case "sign-in":
                    window.submit(username=EMAIL, password=PASSWORD)
                    self.proofs.append(("pwd", self.clock.now()))
                case "second-factor" if by is By.RECOVERY_CODE and self.codes:
                    window.follow("Use a recovery code").submit(code=self.codes.pop())
                    self.proofs.append(("recovery", self.clock.now()))
                case "second-factor" if not window.all("#code") or (
                    by is By.PASSKEY and self.device
                ):
                    self.show_passkey(window)
                case "second-factor":
                    self.clock.advance(seconds=30)  # each code works once
                    window.submit(code=self.phones[-1].code())
                    self.proofs.append(("otp", self.clock.now()))
                case "enrol-passkey":
                    self.make_passkey(window)
                case "enrol-totp":
                    phone = Phone(window.find("[data-totp-secret]").get_text(strip=True))
                    window.submit(code=phone.code())
                    self.phones.append(phone)
                    self.proofs.append(("otp", self.clock.now()))
                case "recovery-codes":
                    texts = window.all("[data-recovery-code]")
                    self.codes = [text.get_text(strip=True) for text in texts]
                    window.fill(saved="yes").press("Continue")
                case "consent":
                    window.press("Allow")
                case page:
                    raise AssertionError(f"{page} ({window.status}): {window.text[:200]}")
        raise AssertionError("walked in circles")

    # --- what has to hold -------------------------------------------------------------------

    def satisfies(
        self,
        identity: dict[str, Any],
        rp: RelyingParty,
        request: dict[str, Any],
        opened_at: datetime,
    ) -> None:
        """The answer is worth what was asked for."""
        if rp is self.clients[1]:
            # A client that names a lower level first is told that one; the factors are all there.
            assert "mfa" in identity["amr"]
        if "claims" in request:
            level = 3 if request["claims"] == PHISHING_RESISTANT else 2
            assert LEVELS[identity["acr"]] == level
        if "login" in request.get("prompt", "") or request.get("max_age") == 0:
            assert identity["auth_time"] >= int(opened_at.timestamp())
        if request.get("max_age"):
            assert identity["auth_time"] >= int(opened_at.timestamp()) - request["max_age"]

    @invariant()
    def no_token_says_what_nobody_proved(self) -> None:
        for identity in self.tokens:
            amr, auth_time = set(identity["amr"]), identity["auth_time"]
            since = {name for name, at in self.proofs if int(at.timestamp()) >= auth_time}
            assert amr - {"mfa"} <= since
            assert any(int(at.timestamp()) == auth_time for _, at in self.proofs)
            assert ("swk" in amr) == ("user" in amr)
            two = "pwd" in amr and bool(amr & {"otp", "recovery"})
            assert ("mfa" in amr) == (two or "swk" in amr)
            assert LEVELS[identity["acr"]] <= (3 if "swk" in amr else 2 if two else 1)


@pytest.mark.spec("OIDC Core", "2")
@pytest.mark.spec("RFC 8176", "2")
@pytest.mark.timeout(600)
def test_no_token_says_what_nobody_proved() -> None:

    # Each example is a provider of its own with real pages, so a few long ones.
    quiet = [HealthCheck.too_slow, HealthCheck.filter_too_much, HealthCheck.data_too_large]
    run_state_machine_as_test(
        People,
        settings=settings(
            max_examples=8, stateful_step_count=12, deadline=None, suppress_health_check=quiet
        ),
    )
