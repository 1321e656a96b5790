"""What-if foretells what a sign-in then does: the same pages in the same order, and the same words
to the app. That is all it is for, so it is tested on set-ups that nobody thought of.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field, replace
from datetime import timedelta
from itertools import count
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, Phase, example, given, note
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from sqlalchemy import update

from config import SecondFactorPolicy
from idp import what_if
from idp.authentication.evidence import Method
from idp.extensions import db, transaction
from idp.models import EmailAddress, Role, User
from idp.what_if import Answer, Device, Ending, Question, SignedIn, Way
from tests.support.authenticator import Authenticator, show
from tests.support.browser import Browser
from tests.support.factories import PASSWORD, Factory, Phone
from tests.support.relying_party import RelyingParty, answer, claims

if TYPE_CHECKING:
    from flask import Flask

    from config import Settings
    from tests.support.time_travel import Clock

ONE, TWO, PHR = "urn:idp:loa:1fa", "urn:idp:loa:2fa", "phr"
PASSWORD_ALONE = (Method.PASSWORD,)
WITH_CODE = (Method.PASSWORD, Method.TOTP)
MOST_PAGES = 12
NUMBERS = count()


def essential(*values: str) -> str:
    return json.dumps({"id_token": {"acr": {"essential": True, "values": list(values)}}})


@dataclass(frozen=True)
class SetUp:
    """Everything that a sign-in can depend on."""

    site: SecondFactorPolicy = SecondFactorPolicy.OPTIONAL
    grace: timedelta = timedelta()
    has_phone: bool = False
    has_passkey: bool = False
    role: Role | None = None
    own_policy: SecondFactorPolicy | None = None
    address_wanted: bool = False
    client: dict[str, Any] = field(default_factory=dict)
    request: dict[str, str] = field(default_factory=dict)
    device: Device = Device.NEW
    way: Way = Way.PASSWORD
    age: int | None = None
    proofs: tuple[Method, ...] = PASSWORD_ALONE

    @property
    def signed_in(self) -> SignedIn | None:
        return None if self.age is None else SignedIn(timedelta(minutes=self.age), self.proofs)


def sensible(made: SetUp) -> SetUp:
    """Nobody proves what they do not have, and only who has a code can trust a browser."""
    if not made.has_phone and made.device is Device.TRUSTED:
        made = replace(made, device=Device.KNOWN)
    if not made.has_phone and Method.TOTP in made.proofs:
        made = replace(made, proofs=PASSWORD_ALONE)
    if not made.has_passkey and Method.PASSKEY in made.proofs:
        made = replace(made, proofs=PASSWORD_ALONE)
    return made if made.has_passkey else replace(made, way=Way.PASSWORD)


def some(**values: st.SearchStrategy[Any]) -> st.SearchStrategy[dict[str, Any]]:
    return st.fixed_dictionaries({}, optional=values)


SETUPS = st.builds(
    SetUp,
    site=st.sampled_from(SecondFactorPolicy),
    grace=st.sampled_from([timedelta(), timedelta(days=7)]),
    has_phone=st.booleans(),
    has_passkey=st.booleans(),
    role=st.sampled_from([None, None, Role.OWNER]),
    own_policy=st.sampled_from([None, *SecondFactorPolicy]),
    address_wanted=st.booleans(),
    client=some(
        trusted=st.sampled_from([True]),
        min_acr=st.sampled_from([TWO, PHR]),
        second_factor_policy=st.sampled_from(SecondFactorPolicy),
        default_max_age=st.sampled_from([60, 36_000]),
        default_acr_values=st.sampled_from([(TWO,), (PHR, ONE)]),
    ),
    request=some(
        scope=st.sampled_from(["openid email", "openid profile offline_access", "openid nonsense"]),
        prompt=st.sampled_from(["none", "login", "consent", "select_account", "nonsense"]),
        max_age=st.sampled_from(["0", "120", "36000"]),
        acr_values=st.sampled_from([ONE, TWO, PHR, f"{PHR} {TWO}", "nonsense"]),
        claims=st.sampled_from(
            [essential(TWO), essential(PHR, TWO), essential("nonsense"), '{"userinfo":{"name":{}}}']
        ),
    ),
    device=st.sampled_from(Device),
    way=st.sampled_from(Way),
    age=st.sampled_from([None, None, 1, 30, 59]),
    proofs=st.sampled_from([PASSWORD_ALONE, WITH_CODE, (Method.PASSKEY,)]),
).map(sensible)


@pytest.fixture
def overrides() -> dict[str, Any]:
    return {"throttling": "off"}  # one network, many people


@dataclass
class Stage:
    """Builds a set-up for real: a person, an app, and a browser with a past."""

    a: Factory
    app: Flask
    clock: Clock
    settings: Settings

    def play(self, of: SetUp) -> tuple[Answer, Answer]:
        """What is foretold, and what then happens."""
        self.app.extensions["idp.settings"] = self.settings
        email = f"person{next(NUMBERS)}@example.com"
        user = self.a.user(email, given_name="Ann", nickname="Annie")
        person = Person(Browser(self.app.test_client(), self.settings.issuer), email, of)
        rp = self.a.client(**{"scope": "openid profile email offline_access"} | of.client)
        self._live_through_the_past(person, user)
        self._settle(user, of)
        parameters = dict(of.request) | ({"login_hint": email} if of.age else {})
        with self.app.app_context():
            question = Question(user.id, rp.client_id, of.device, of.way, of.signed_in, parameters)
            foretold = what_if.answer(question)
            assert not db.session.new
        assert isinstance(foretold, Answer), foretold
        person.types_code = "swk" not in foretold.amr
        return foretold, person.walk(rp, parameters)

    def _live_through_the_past(self, person: Person, user: User) -> None:
        """Before there were policies: password, and the code where the set-up says so."""
        of, first = person.of, self.a.client(trusted=True)
        signs_in_with = of.proofs if of.age is not None else PASSWORD_ALONE
        if of.device is Device.TRUSTED:
            person.phone = self.a.phone(user)
            if of.has_passkey:  # before: whatever factor is new ends all trust
                person.passkey = self.a.passkey(user)
            person.arrive(first, WITH_CODE, trust_device="yes")
            person.forget_session()
            self.clock.advance(minutes=1)
        if of.has_passkey and Method.PASSKEY in signs_in_with and person.passkey is None:
            person.passkey = self.a.passkey(user)
        if of.has_phone and Method.TOTP in signs_in_with and person.phone is None:
            person.phone = self.a.phone(user)
        if of.age is not None or of.device is Device.KNOWN:
            person.arrive(first, signs_in_with)
        if of.age is None:
            person.forget_session()
        self.clock.advance(minutes=of.age or 1)
        if of.has_phone and person.phone is None:
            person.phone = self.a.phone(user)
        if of.has_passkey and person.passkey is None:
            person.passkey = self.a.passkey(user)

    def _settle(self, user: User, of: SetUp) -> None:
        with self.app.app_context(), transaction():
            row = db.session.get_one(User, user.id)
            row.role = of.role
            row.second_factor_policy = of.own_policy
            if of.address_wanted:
                mine = update(EmailAddress).where(EmailAddress.user_id == user.id)
                db.session.execute(mine.values(verified_at=None))
        factor = self.settings.second_factor.model_copy(
            update={"policy": of.site, "grace": of.grace}
        )
        accounts = self.settings.accounts.model_copy(
            update={"verified_address_required": of.address_wanted}
        )
        self.app.extensions["idp.settings"] = self.settings.model_copy(
            update={"second_factor": factor, "accounts": accounts}
        )


@dataclass
class Person:
    """Does on every page what people do."""

    browser: Browser
    email: str
    of: SetUp
    phone: Phone | None = None
    passkey: Authenticator | None = None
    types_code: bool = False
    """Who has both chooses; what is foretold assumes one of them."""

    def arrive(self, rp: RelyingParty, proofs: tuple[Method, ...], **typed: str) -> None:
        """Sign in by exactly these."""
        wanted = {"claims": essential(TWO)} if Method.TOTP in proofs else {}
        if typed:
            wanted = {}  # nobody insists, or trust would not be offered
        self.browser.open(rp.authorization_url(**wanted))
        if Method.PASSKEY in proofs:
            show(self.passkey or Authenticator(""), self.browser)
        else:
            self.browser.submit(username=self.email, password=PASSWORD)
        if self.browser.page == "second-factor" and Method.TOTP in proofs and self.phone:
            self.browser.submit(code=self.phone.code(), **typed)
        assert self.browser.left_for, (self.browser.page, self.browser.text[:200])

    def forget_session(self) -> None:
        self.browser.client.delete_cookie("__Host-session", domain="idp.example")

    def walk(self, rp: RelyingParty, parameters: dict[str, str]) -> Answer:
        """What really happens, told as an answer."""
        steps: list[str] = []
        self.browser.open(rp.authorization_url(**parameters))
        while self.browser.left_for is None:
            page = str(self.browser.page)
            if page == "protocol-error":
                return Answer(Ending.SHOWN)
            if page == "enrolment-ticket":
                return Answer(Ending.STOPPED, (*steps, page))  # type: ignore[arg-type]
            steps.append(page)
            assert len(steps) < MOST_PAGES, steps
            self._do(page)
        return self._read(rp, steps)

    def _do(self, page: str) -> None:
        browser = self.browser
        match page:
            case "select-account":
                browser._send(browser.find("button[name=sid]"))
            case "sign-in" if self.of.way is Way.PASSKEY:
                show(self.passkey or Authenticator(""), browser)
            case "sign-in":
                browser.submit(username=self.email, password=PASSWORD)
            case "second-factor" if self.phone and (self.types_code or not self.passkey):
                browser.submit(code=self.phone.code())
            case "second-factor":
                show(self.passkey or Authenticator(""), browser)
            case "enrol-totp" if any(
                "Continue without it" in b.get_text() for b in browser.all("button")
            ):
                browser.press("Continue without it")
            case "enrol-totp":
                secret = browser.find("[data-totp-secret]").get_text().replace(" ", "")
                browser.submit(code=Phone(secret).code())
            case "enrol-passkey":
                show(Authenticator(browser.issuer), browser, device_name="New")
            case "recovery-codes":
                browser.submit(saved="yes")
            case "verify-email":
                self._confirm_address()
            case "consent":
                browser.press("Allow")
            case _:
                raise AssertionError(f"a page that nobody foresaw: {page}")

    def _confirm_address(self) -> None:
        with self.browser.client.application.app_context(), transaction():
            mine = update(EmailAddress).where(EmailAddress.address == self.email)
            db.session.execute(mine.values(verified_at=db.func.now()))
        self.browser.open(self.browser.url.rsplit("/", 1)[0])

    def _read(self, rp: RelyingParty, steps: list[str]) -> Answer:
        told = answer(self.browser.left_for)
        if "error" in told:
            return Answer(Ending.REFUSED, tuple(steps), told["error"])  # type: ignore[arg-type]
        tokens = rp.exchange(told["code"]).get_json()
        id_token = claims(tokens["id_token"])
        changing = {"iat", "exp", "sid", "nonce", "at_hash"}
        return Answer(
            Ending.SIGNED_IN,
            tuple(steps),  # type: ignore[arg-type]
            acr=id_token.get("acr"),
            amr=tuple(id_token["amr"]),
            scope=tuple(tokens["scope"].split()),
            id_token={name: v for name, v in id_token.items() if name not in changing},
            userinfo=rp.userinfo(tokens["access_token"]).get_json(),
        )


@hypothesis_settings(
    max_examples=12,
    deadline=None,
    phases=[Phase.explicit, Phase.generate],  # to shrink takes minutes, and SetUp reads well
    print_blob=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(of=SETUPS)
@example(of=SetUp(has_phone=True, device=Device.TRUSTED))
@example(of=SetUp(has_phone=True, has_passkey=True, device=Device.TRUSTED))
@example(of=SetUp(has_phone=True, age=30, request={"claims": essential(TWO)}))
@example(of=SetUp(has_passkey=True, client={"min_acr": PHR}))
@example(of=SetUp(client={"min_acr": PHR}, address_wanted=True))
@example(of=SetUp(role=Role.OWNER, site=SecondFactorPolicy.REQUIRED))
@example(of=SetUp(site=SecondFactorPolicy.REQUIRED, grace=timedelta(days=7)))
@example(
    of=SetUp(site=SecondFactorPolicy.REQUIRED, grace=timedelta(days=7), client={"min_acr": TWO})
)
@example(of=SetUp(age=30, request={"prompt": "select_account"}))
def test_what_is_foretold_happens(
    a: Factory, app: Flask, clock: Clock, settings: Settings, of: SetUp
) -> None:
    note(str(of))
    foretold, happened = Stage(a, app, clock, settings).play(of)

    assert [str(step) for step in foretold.steps] == list(happened.steps)
    assert (foretold.ending, foretold.error) == (happened.ending, happened.error)
    assert (foretold.acr, foretold.amr) == (happened.acr, happened.amr)
    assert foretold.scope == happened.scope
    assert json.loads(json.dumps(foretold.id_token)) == happened.id_token
    assert dict(foretold.userinfo) == happened.userinfo
