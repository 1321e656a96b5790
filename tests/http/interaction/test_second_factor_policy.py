"""Who is asked for a second factor: by the site, for a user, at an app; and the time to get one."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from config import SecondFactorPolicy
from idp.accounts import second_factor_duty
from idp.clients import document, registration_policy
from idp.extensions import db, transaction
from idp.models import User
from tests.support.browser import Browser
from tests.support.factories import EMAIL, PASSWORD, Factory, Phone
from tests.support.mailbox import Mailbox
from tests.support.relying_party import RelyingParty, answer, claims
from tests.support.time_travel import Clock

HOST = "idp.example"


@pytest.fixture
def rp(a: Factory) -> RelyingParty:
    return a.client(trusted=True)


@pytest.fixture
def easy(a: Factory) -> RelyingParty:
    """An app that goes without."""
    return a.client(trusted=True, second_factor_policy="never")


@pytest.fixture
def ann(a: Factory) -> User:
    return a.user()


@pytest.fixture
def require(a: Factory, ann: User) -> Callable[..., None]:
    """An administrator's choice for Ann."""

    def choose(policy: str = "required", days: int = 0) -> None:
        with a.app.app_context(), transaction():
            second_factor_duty.choose(
                db.session.get_one(User, ann.id),
                SecondFactorPolicy(policy),
                grace=timedelta(days=days),
            )

    return choose


def sign_in(browser: Browser, rp: RelyingParty, **request: Any) -> Browser:
    browser.client.delete_cookie("__Host-session", domain=HOST)
    browser.open(rp.authorization_url(**request))
    return browser.submit(username=EMAIL, password=PASSWORD)


def enrol(browser: Browser) -> Browser:
    phone = Phone(browser.find("[data-totp-secret]").get_text(strip=True))
    return browser.submit(code=phone.code()).submit(saved="yes")


class TestOfAnApp:
    def test_an_app_may_go_without(
        self, browser: Browser, easy: RelyingParty, a: Factory, ann: User
    ) -> None:
        a.phone(ann)

        sign_in(browser, easy)

        said = claims(easy.exchange(answer(browser.left_for)["code"]).get_json()["id_token"])
        assert (said["acr"], said["amr"]) == ("urn:idp:loa:1fa", ["pwd"])

    def test_but_not_for_other_apps(
        self, browser: Browser, easy: RelyingParty, rp: RelyingParty, a: Factory, ann: User
    ) -> None:
        """Its session is no way around the code of everybody else."""
        phone = a.phone(ann)
        sign_in(browser, easy)

        assert browser.open(rp.authorization_url()).page == "second-factor"

        assert browser.submit(code=phone.code()).left_for is not None

    def test_nor_for_the_account(
        self, browser: Browser, easy: RelyingParty, a: Factory, ann: User
    ) -> None:
        phone = a.phone(ann)
        sign_in(browser, easy)

        assert browser.open("/account/").page == "second-factor"

        assert browser.submit(code=phone.code()).page == "account"

    def test_nor_silently(
        self, browser: Browser, easy: RelyingParty, rp: RelyingParty, a: Factory, ann: User
    ) -> None:
        a.phone(ann)
        sign_in(browser, easy)

        browser.open(rp.authorization_url(prompt="none"))

        assert answer(browser.left_for)["error"] == "login_required"

    def test_what_is_required_of_the_user_is_asked_there_too(
        self, browser: Browser, easy: RelyingParty, require: Callable[..., None]
    ) -> None:
        require()

        assert sign_in(browser, easy).page == "enrol-totp"

    def test_an_app_may_require_it_of_everybody(
        self, browser: Browser, rp: RelyingParty, a: Factory, ann: User
    ) -> None:
        strict = a.client(trusted=True, second_factor_policy="required", client_name="Payroll")
        assert sign_in(browser, rp).left_for is not None

        browser.open(strict.authorization_url())

        assert browser.page == "enrol-totp"
        assert "Payroll asks for two-step sign-in." in browser.text

    def test_a_client_that_registers_itself_has_no_say(self, a: Factory) -> None:
        asked = {"client_name": "X", "second_factor_policy": "never"}

        assert "second_factor_policy" in document.OURS
        assert registration_policy.without_policy(asked) == {"client_name": "X"}


class TestOfAUser:
    def test_required_at_once(
        self, browser: Browser, rp: RelyingParty, require: Callable[..., None]
    ) -> None:
        require()

        assert sign_in(browser, rp).page == "enrol-totp"
        assert browser.all("form[action$='skip']") == []

    def test_a_live_session_of_one_factor_is_asked_too(
        self, browser: Browser, rp: RelyingParty, require: Callable[..., None]
    ) -> None:
        assert sign_in(browser, rp).left_for is not None
        require()

        assert browser.open(rp.authorization_url()).page == "enrol-totp"

    def test_with_time_it_is_offered_and_can_be_put_off_until_then(
        self,
        browser: Browser,
        rp: RelyingParty,
        require: Callable[..., None],
        mailbox: Mailbox,
        clock: Clock,
    ) -> None:
        require(days=7)
        assert len(mailbox.subjects(EMAIL)) == 1
        sign_in(browser, rp)
        assert browser.page == "enrol-totp"
        assert "on, your account needs two-step sign-in." in browser.text

        assert browser.press("Continue without it").left_for is not None
        assert browser.open(rp.authorization_url(prompt="none")).left_for is not None
        assert "code" in answer(browser.left_for)

        clock.advance(days=7)
        assert sign_in(browser, rp).page == "enrol-totp"
        assert browser.all("form[action$='skip']") == []

    def test_an_app_that_wants_it_now_grants_no_time(
        self, a: Factory, browser: Browser, require: Callable[..., None]
    ) -> None:
        require(days=7)
        bank = a.client(client_name="Bank", min_acr="urn:idp:loa:2fa")

        assert sign_in(browser, bank).page == "enrol-totp"

        assert "Bank asks for two-step sign-in." in browser.text
        assert browser.all("form[action$='skip']") == []

    def test_whoever_sets_it_up_in_time_is_asked_for_it_from_then_on(
        self, browser: Browser, rp: RelyingParty, require: Callable[..., None], clock: Clock
    ) -> None:
        require(days=7)

        assert enrol(sign_in(browser, rp)).left_for is not None

        clock.advance(minutes=1)
        assert sign_in(browser, rp).page == "second-factor"

    def test_the_code_is_not_put_off_for_whoever_has_one(
        self,
        browser: Browser,
        easy: RelyingParty,
        a: Factory,
        ann: User,
        require: Callable[..., None],
    ) -> None:
        a.phone(ann)
        require(days=7)

        assert sign_in(browser, easy).page == "second-factor"


class TestOfTheSite:
    @pytest.fixture
    def overrides(self) -> dict[str, Any]:
        return {"second_factor": {"policy": "required", "grace": timedelta(days=3)}}

    def test_the_time_begins_with_the_first_sign_in(
        self,
        browser: Browser,
        rp: RelyingParty,
        ann: User,
        mailbox: Mailbox,
        clock: Clock,
    ) -> None:
        clock.advance(days=30)
        told = []
        for _day in range(3):
            sign_in(browser, rp)
            assert browser.page == "enrol-totp"
            assert browser.press("Continue without it").left_for is not None
            told = [one for one in mailbox.subjects(EMAIL) if "New sign-in" not in one]
            clock.advance(days=1)
        assert len(told) == 1

        sign_in(browser, rp)
        assert browser.all("form[action$='skip']") == []

    def test_an_administrator_has_no_time(self, a: Factory, browser: Browser, ann: User) -> None:
        """R13."""
        with a.app.app_context(), transaction():
            db.session.get_one(User, ann.id).second_factor_policy = "required"

        sign_in(browser, a.client(trusted=True))

        assert browser.page == "enrol-totp"
        assert browser.all("form[action$='skip']") == []


class TestNever:
    @pytest.fixture
    def overrides(self) -> dict[str, Any]:
        return {"second_factor": {"policy": "never"}}

    def test_nobody_is_asked_but_whoever_has_to(
        self,
        browser: Browser,
        rp: RelyingParty,
        a: Factory,
        ann: User,
        require: Callable[..., None],
    ) -> None:
        a.phone(ann)
        assert sign_in(browser, rp).left_for is not None

        require("optional")
        assert sign_in(browser, rp).page == "second-factor"
