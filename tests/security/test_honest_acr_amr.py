"""T8: whatever people and apps do, no token says what nobody proved.

The model keeps its own list of proofs for each of two accounts, which share browsers. Every ID
token, fresh or refreshed, is held against it.
"""

from __future__ import annotations

import tempfile
from contextlib import ExitStack
from datetime import datetime
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

from idp.accounts import factor_reset
from idp.extensions import db, transaction
from idp.models import User
from tests.security.walker import Account, By, Walker
from tests.support import provider, run
from tests.support.browser import Browser
from tests.support.databases import EngineKind
from tests.support.factories import EMAIL, Factory
from tests.support.relying_party import RelyingParty, answer, claims
from tests.support.time_travel import standing_still

OTHER_EMAIL = "bob@example.com"
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
    {"prompt": "select_account"},
]
LEVELS = {LOA1: 1, LOA2: 2, "1": 1, "2": 2, PHR: 3}


class People(RuleBasedStateMachine):
    """Two accounts, two browsers that both are used in, a client without demands and one that
    demands two factors.
    """

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
        self.tokens: list[dict[str, Any]] = []
        self.refreshable: list[tuple[RelyingParty, str, dict[str, Any]]] = []

    @initialize()
    def two_with_a_password(self) -> None:
        self.accounts = [Account(self.a.user(email), email) for email in (EMAIL, OTHER_EMAIL)]
        self.walker = Walker(self.clock, self.accounts)
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
        whom=st.integers(0, 1),
        hinted=st.booleans(),
    )
    def an_app_asks(
        self, browser: int, client: int, request: dict[str, Any], by: By, whom: int, *, hinted: bool
    ) -> None:
        """`hinted`: it names the account; else whoever is there may be the one that answers."""
        rp, window, account = self.clients[client], self.browsers[browser], self.accounts[whom]
        opened_at = self.clock.now()
        hint = {"login_hint": account.email} if hinted else {}
        window.open(rp.authorization_url(scope="openid offline_access", **request, **hint))
        self.walker.walk(window, by, account)
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

    @rule(browser=st.integers(0, 1), whom=st.integers(0, 1), by=st.sampled_from(By))
    def somebody_switches(self, browser: int, whom: int, by: By) -> None:
        """To an account that is signed in in this browser, or to one that then is."""
        window, account = self.browsers[browser].open("/account/switch"), self.accounts[whom]
        if window.page != "switch-account":
            self.walker.walk(window, by, account)
            window.open("/account/switch")
        self.walker.choose(window, account)
        self.walker.walk(window, by, account)
        assert account.email in window.text

    @rule(browser=st.integers(0, 1), whom=st.integers(0, 1))
    def somebody_adds_a_passkey(self, browser: int, whom: int) -> None:
        self.somebody_switches(browser, whom, By.CODE)
        window, account = self.browsers[browser].open("/account/passkeys"), self.accounts[whom]
        self.walker.walk(window, By.CODE, account)
        if account.device is None:
            self.walker.make_passkey(window, account)
            self.walker.walk(window, By.CODE, account)

    @precondition(lambda self: any(account.device for account in self.accounts))
    @rule(browser=st.integers(0, 1))
    def somebody_removes_the_passkey(self, browser: int) -> None:
        whom = next(n for n, account in enumerate(self.accounts) if account.device)
        self.somebody_switches(browser, whom, By.PASSKEY)
        window, account = self.browsers[browser].open("/account/security"), self.accounts[whom]
        self.walker.walk(window, By.PASSKEY, account)
        # An app that insisted may have had a second one made; the one at hand is the newest.
        while links := window.all("[href*='/passkeys/'][href$='/remove']"):
            window.open(str(links[0]["href"]))
            self.walker.walk(window, By.PASSKEY, account)
            window.press("Remove")
            assert "Passkey removed." in window.text
            window.open("/account/security")
            self.walker.walk(window, By.PASSKEY, account)
        account.device = None
        self.lose_everything(account)

    @precondition(lambda self: any(account.phones or account.device for account in self.accounts))
    @rule(browser=st.integers(0, 1))
    def the_factors_are_reset(self, browser: int) -> None:
        """At the provider's machine (R56). The owner signs in by the password, and a new app takes
        the place of everything.
        """
        whom = next(n for n, one in enumerate(self.accounts) if one.phones or one.device)
        account = self.accounts[whom]
        with self.app.app_context(), transaction():
            user = db.session.get_one(User, account.user.id)
            assert factor_reset.start_at_machine(user, by="cli:root", reason="lost")
        account.phones, account.codes, account.device = [], [], None
        self.lose_everything(account)
        self.somebody_switches(browser, whom, By.CODE)
        assert account.phones

    def lose_everything(self, account: Account) -> None:
        """R48: what apps hold rests on a factor that has gone."""
        theirs = [one for one in self.refreshable if one[2]["sub"] == account.user.sub]
        for rp, token, _identity in theirs:
            assert rp.refresh(token).get_json()["error"] == "invalid_grant"
        self.refreshable = [one for one in self.refreshable if one not in theirs]

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
            proofs = next(o.proofs for o in self.accounts if o.user.sub == identity["sub"])
            since = {name for name, at in proofs if int(at.timestamp()) >= auth_time}
            assert amr - {"mfa"} <= since
            assert any(int(at.timestamp()) == auth_time for _, at in proofs)
            assert ("swk" in amr) == ("user" in amr)
            two = "pwd" in amr and bool(amr & {"otp", "recovery"})
            assert ("mfa" in amr) == (two or "swk" in amr)
            assert LEVELS[identity["acr"]] <= (3 if "swk" in amr else 2 if two else 1)

    @invariant()
    def no_session_is_shared(self) -> None:
        """Each account of a browser has its own `sid`."""
        whose = {(identity["sid"], identity["sub"]) for identity in self.tokens}
        assert len({sid for sid, _sub in whose}) == len(whose)


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
