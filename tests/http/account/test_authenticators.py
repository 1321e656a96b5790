"""Several authenticator apps: named, renamed, replaced, removed where the account may be without
(R19, R23).
"""

from __future__ import annotations

from collections.abc import Callable

import pytest
from sqlalchemy import select, update

from config import SecondFactorPolicy
from idp.extensions import db, transaction
from idp.models import TotpCredential, User
from tests.http.account.conftest import NewBrowser
from tests.support.browser import Browser
from tests.support.factories import EMAIL, PASSWORD, Factory, Phone


@pytest.fixture
def user(a: Factory) -> User:
    return a.user()


@pytest.fixture
def phone(a: Factory, user: User) -> Phone:
    return a.phone(user)


@pytest.fixture
def here(browser: Browser, phone: Phone, clock) -> Browser:
    """Signed in with both factors, on the security page; the next code is a new one."""
    browser.open("/account/security").submit(username=EMAIL, password=PASSWORD)
    browser.submit(code=phone.code())
    assert browser.page == "security"
    clock.advance(seconds=30)
    return browser


@pytest.fixture
def rows(a: Factory, user: User) -> Callable[[], list[tuple[str, str]]]:
    """Id and name of what counts."""

    def read() -> list[tuple[str, str]]:
        mine = select(TotpCredential.id, TotpCredential.name).where(
            TotpCredential.user_id == user.id, TotpCredential.confirmed_at.is_not(None)
        )
        with a.app.app_context():
            return [(row.id, row.name) for row in db.session.execute(mine)]

    return read


def change(a: Factory, user: User, **values: object) -> None:
    with a.app.app_context(), transaction():
        db.session.execute(update(User).where(User.id == user.id).values(**values))


def new_phone(browser: Browser) -> Phone:
    return Phone(browser.find("[data-totp-secret]").get_text(strip=True))


def save_codes(browser: Browser) -> Browser:
    assert browser.page == "recovery-codes"
    return browser.fill(saved="yes").press("Continue")


class TestSeveral:
    def test_each_has_a_name_and_when_it_was_added_and_used(self, here: Browser, clock) -> None:
        here.open("/account/totp")
        tablet = new_phone(here)
        save_codes(here.submit(code=tablet.code(), device_name="  Ann's   tablet "))

        assert here.page == "security"
        first, second = (item.get_text(" ", strip=True) for item in here.all(".items > li")[:2])
        assert "Authenticator app" in first
        assert "Ann's tablet" in second
        assert "Added" in second
        assert "Last used" in second

    def test_either_signs_in(
        self, a: Factory, user: User, here: Browser, phone: Phone, another: NewBrowser
    ) -> None:
        tablet = a.phone(user)

        for one in (phone, tablet):
            other = another()
            assert other.page == "second-factor"
            assert other.submit(code=one.code()).page == "account"


class TestRenaming:
    def test_it_gets_another_name(self, here: Browser, rows) -> None:
        here.follow("Rename").submit(device_name="Blue phone")

        assert (here.status, here.page) == (200, "security")
        assert "The name was changed." in here.text
        assert [name for _id, name in rows()] == ["Blue phone"]

    @pytest.mark.parametrize("typed", ["", "   "])
    def test_an_empty_name_is_none(self, here: Browser, rows, typed: str) -> None:
        here.follow("Rename").submit(device_name=typed)

        assert (here.status, here.page) == (422, "rename-totp")
        assert here.find("[role=alert]").get_text(strip=True) == "Type a name."
        assert [name for _id, name in rows()] == ["Authenticator app"]


class TestReplacing:
    def test_the_old_one_works_until_the_new_one_does(
        self, here: Browser, phone: Phone, rows, another: NewBrowser
    ) -> None:
        here.follow("Replace")
        assert here.page == "enrol-totp"
        assert "Authenticator app works until the new one" in here.text
        here.submit(code="000000")
        assert "Type the code of the entry that you just added." in here.text
        assert (here.status, here.page) == (422, "enrol-totp")

        assert len(rows()) == 1
        assert another().submit(code=phone.code()).page == "account"

    def test_with_the_new_code_the_old_one_is_gone(
        self, here: Browser, phone: Phone, rows, another: NewBrowser, clock
    ) -> None:
        ((old_id, _name),) = rows()
        elsewhere = another().submit(code=phone.code())
        here.follow("Replace")
        fresh = new_phone(here)

        save_codes(here.submit(code=fresh.code(), device_name="New phone"))

        ((new_id, name),) = rows()
        assert (new_id != old_id, name) == (True, "New phone")
        assert here.open("/account/").page == "account"
        assert elsewhere.open("/account/").page == "sign-in"  # R48
        clock.advance(seconds=60)
        other = another()
        assert other.submit(code=phone.code()).status == 422
        assert other.submit(code=fresh.code()).page == "account"

    def test_the_recovery_codes_stay(
        self, a: Factory, user: User, here: Browser, another: NewBrowser
    ) -> None:
        codes = a.recovery_codes(user)
        here.open("/account/security").follow("Replace")

        here.submit(code=new_phone(here).code())

        assert here.page == "security"
        assert "The new authenticator app works, and the old one was removed." in here.text
        assert "10 of 10 left" in here.text
        other = another().follow("Use a recovery code")
        assert other.submit(code=codes[0]).status == 200

    def test_it_works_where_a_second_factor_is_required(
        self, a: Factory, user: User, here: Browser, rows
    ) -> None:
        change(a, user, second_factor_policy=SecondFactorPolicy.REQUIRED)
        here.follow("Replace")

        here.submit(code=new_phone(here).code(), device_name="New phone")

        assert [name for _id, name in rows()] == ["New phone"]


class TestRemovingTheLast:
    @pytest.mark.parametrize(
        ("values", "said"),
        [
            ({"role": "auditor"}, "Whoever administers others needs two-step sign-in"),
            (
                {"second_factor_policy": SecondFactorPolicy.REQUIRED},
                "Your account needs two-step sign-in",
            ),
        ],
    )
    def test_it_stays_where_it_is_needed(
        self, a: Factory, user: User, here: Browser, rows, values, said: str
    ) -> None:
        before = rows()
        change(a, user, **values)

        here.follow("Remove")
        assert (here.status, here.page) == (200, "remove-totp")
        assert said in here.text
        token = str(here.find("[name=csrf_token]")["value"])
        here.open(here.url, method="POST", data={"csrf_token": token})

        assert (here.status, here.page) == (422, "remove-totp")
        assert said in here.find("[role=alert]").get_text()
        assert rows() == before

    def test_one_of_two_may_go(self, a: Factory, user: User, here: Browser, rows) -> None:
        a.phone(user)
        change(a, user, role="auditor")

        here.open("/account/security").follow("Remove").press("Remove")

        assert (here.status, here.page) == (200, "security")
        assert len(rows()) == 1

    def test_elsewhere_it_may_go_and_the_apps_that_miss_it_are_named(
        self, a: Factory, user: User, here: Browser, rows
    ) -> None:
        rp = a.client(client_name="Vault", min_acr="urn:idp:loa:2fa")
        here.open(rp.authorization_url())
        if here.page == "consent":
            here.press("Allow")

        here.open("/account/security").follow("Remove")
        assert "Vault" in here.text
        here.press("Remove")

        assert (here.status, here.page) == (200, "security")
        assert rows() == []


class TestTheClock:
    def test_two_codes_that_miss_alike_say_that_the_clock_is_wrong(
        self, browser: Browser, user: User, clock
    ) -> None:
        """R24, where an app is set up."""
        browser.open("/account/totp").submit(username=EMAIL, password=PASSWORD)
        phone = new_phone(browser)
        browser.submit(code=phone.code(-4))
        assert "clock seems" not in browser.text
        clock.advance(seconds=30)

        browser.submit(code=phone.code(-4))

        assert (browser.status, browser.page) == (422, "enrol-totp")
        assert "Your phone's clock seems 2 minutes slow." in browser.text


@pytest.mark.parametrize("way", ["rename", "replace", "remove"])
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_an_app_of_somebody_else_is_nobodys(
    a: Factory, here: Browser, rows, another: NewBrowser, way: str, method: str
) -> None:
    """IDOR."""
    before = rows()
    ((credential_id, _name),) = before
    a.user("eve@example.com", name="Eve")
    eve = another("eve@example.com")
    token = str(eve.find("[name=csrf_token]")["value"])

    eve.open(
        f"/account/totp/{credential_id}/{way}",
        method=method,
        data={"csrf_token": token, "device_name": "Mine", "code": "123456"},
    )

    assert eve.status == 404
    assert rows() == before
