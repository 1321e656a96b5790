"""A sign-in page that was left open while somebody signed in in another tab: whoever sends it is
never taken for anybody but the account that was typed.
"""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from idp.models import User
from tests.support.authenticator import Authenticator
from tests.support.browser import Browser
from tests.support.factories import EMAIL, PASSWORD, Factory
from tests.support.relying_party import RelyingParty, answer, claims

BOB = "bob@example.com"


@dataclass(frozen=True)
class LeftOpen:
    """The form of a page, as it was when it was shown."""

    action: str
    fields: dict[str, str]

    @classmethod
    def on(cls, browser: Browser, form: str) -> LeftOpen:
        found = browser.find(form)
        return cls(str(found["action"]), browser.fields_of(found))

    def send(self, browser: Browser, **typed: str) -> Browser:
        return browser.open(self.action, method="POST", data=self.fields | typed)


@pytest.fixture
def ann(a: Factory) -> User:
    return a.user()


@pytest.fixture
def bob(a: Factory) -> User:
    return a.user(BOB, name="Bob Example")


@pytest.fixture
def rp(a: Factory) -> RelyingParty:
    return a.client(trusted=True)


@pytest.fixture
def left_open(browser: Browser, ann: User, bob: User, rp: RelyingParty) -> LeftOpen:
    """In one tab; in another one Ann has signed in since."""
    browser.open(rp.authorization_url())
    form = LeftOpen.on(browser, "form[action$='/sign-in']")
    sign_in(browser, EMAIL)
    return form


def sign_in(browser: Browser, email: str) -> None:
    browser.open("/account/").submit(username=email, password=PASSWORD)
    assert browser.page == "account"


@pytest.mark.parametrize("typed", [BOB, "nobody@example.com", ""])
@pytest.mark.parametrize("password", [PASSWORD, "wrong", ""])
def test_whoever_types_another_name_is_asked_which_account_it_shall_be(
    browser: Browser, left_open: LeftOpen, typed: str, password: str
) -> None:
    left_open.send(browser, username=typed, password=password)

    assert (browser.page, browser.left_for) == ("select-account", None)
    assert EMAIL in browser.text


def test_the_other_account_signs_in_from_there(
    browser: Browser, left_open: LeftOpen, rp: RelyingParty, bob: User
) -> None:
    left_open.send(browser, username=BOB, password=PASSWORD)
    browser.press("Use another account").submit(username=BOB, password=PASSWORD)

    token = rp.exchange(answer(browser.left_for)["code"]).get_json()["id_token"]
    assert claims(token)["sub"] == bob.sub


def test_the_same_name_goes_on(
    browser: Browser, left_open: LeftOpen, rp: RelyingParty, ann: User
) -> None:
    left_open.send(browser, username=EMAIL.upper(), password=PASSWORD)

    token = rp.exchange(answer(browser.left_for)["code"]).get_json()["id_token"]
    assert claims(token)["sub"] == ann.sub


def test_a_form_that_is_sent_twice_goes_on_to_the_next_page(
    a: Factory, browser: Browser, ann: User, rp: RelyingParty
) -> None:
    a.phone(ann)
    browser.open(rp.authorization_url())
    form = LeftOpen.on(browser, "form[action$='/sign-in']")

    for _time in range(2):
        form.send(browser, username=EMAIL, password=PASSWORD)
        assert browser.page == "second-factor"


def test_another_name_at_the_second_step_drops_what_the_first_one_proved(
    a: Factory, browser: Browser, ann: User, bob: User, rp: RelyingParty
) -> None:
    """A3."""
    phone = a.phone(ann)
    browser.open(rp.authorization_url())
    form = LeftOpen.on(browser, "form[action$='/sign-in']")
    form.send(browser, username=EMAIL, password=PASSWORD)
    codes = LeftOpen.on(browser, "form[action$='/second-factor']")

    form.send(browser, username=BOB, password=PASSWORD)
    assert browser.page == "sign-in"
    codes.send(browser, code=phone.code())

    assert (browser.page, browser.left_for) == ("sign-in", None)


def test_a_passkey_that_comes_late_is_not_taken_for_somebody_else(
    a: Factory, browser: Browser, ann: User, bob: User, rp: RelyingParty
) -> None:
    device: Authenticator = a.passkey(bob)
    browser.open(rp.authorization_url())
    form = LeftOpen.on(browser, "form[data-passkey]")
    options = browser.client.post(
        str(browser.find("form[data-passkey]")["data-options"]),
        data=form.fields,
        headers={"Origin": browser.issuer},
    ).get_data(as_text=True)
    sign_in(browser, EMAIL)

    form.send(browser, answer=device.sign(options))

    assert (browser.page, browser.left_for) == ("select-account", None)


def test_a_late_form_from_another_site_changes_nothing(
    browser: Browser, left_open: LeftOpen, rp: RelyingParty
) -> None:
    """A61."""
    forged = LeftOpen(left_open.action, left_open.fields | {"csrf_token": "made up"})

    forged.send(browser, username=BOB, password=PASSWORD)

    assert browser.status == 403
    browser.open(left_open.action.removesuffix("/sign-in"))
    assert (browser.left_for or "").startswith(rp.redirect_uri)


def test_a_step_up_stays_with_its_user(browser: Browser, ann: User, bob: User, clock) -> None:
    sign_in(browser, EMAIL)
    clock.advance(minutes=6)
    browser.open("/account/close")
    form = LeftOpen.on(browser, "form[action$='/sign-in']")
    form.send(browser, username=EMAIL, password=PASSWORD)
    assert browser.page == "close-account"
    clock.advance(minutes=6)
    browser.open("/account/close")
    again = LeftOpen.on(browser, "form[action$='/sign-in']")
    browser.open("/account/export").submit(password=PASSWORD)

    again.send(browser, username=BOB, password=PASSWORD)

    assert (browser.page, BOB in browser.text) == ("close-account", False)
