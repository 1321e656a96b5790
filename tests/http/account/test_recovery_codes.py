"""The life of recovery codes: shown until they are saved, fewer with each use, renewed: R29."""

from __future__ import annotations

import pytest

from idp.models import User
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
def codes(a: Factory, user: User, phone: Phone) -> list[str]:
    return a.recovery_codes(user)


@pytest.fixture
def here(browser: Browser, phone: Phone, codes: list[str], clock) -> Browser:
    """Signed in with both factors."""
    browser.open("/account/security").submit(username=EMAIL, password=PASSWORD)
    browser.submit(code=phone.code())
    clock.advance(seconds=30)
    return browser


def shown(browser: Browser) -> list[str]:
    assert browser.page == "recovery-codes"
    return [code.get_text(strip=True) for code in browser.all("[data-recovery-code]")]


def signs_in(another: NewBrowser, code: str) -> bool:
    browser = another().follow("Use a recovery code").submit(code=code)
    return browser.page != "recovery-code"


def spend(another: NewBrowser, codes: list[str]) -> Browser:
    """Each in a browser of its own; the last of them."""
    for code in codes:
        browser = another().follow("Use a recovery code").submit(code=code)
    return browser


def test_the_old_set_ends_when_the_new_one_is_saved(
    here: Browser, codes: list[str], another: NewBrowser
) -> None:
    here.follow("Make new recovery codes")
    assert here.page == "regenerate-codes"
    here.press("Make new codes")
    new = shown(here)
    assert len(set(new)) == 10
    assert signs_in(another, codes[0])

    here.fill(saved="yes").press("Continue")

    assert (here.status, here.page) == (200, "security")
    assert "10 of 10 left" in here.text
    assert "The older ones have ended." in here.text
    assert not signs_in(another, codes[1])
    assert signs_in(another, new[0])


def test_without_a_word_that_they_are_saved_nothing_changes(
    here: Browser, codes: list[str], another: NewBrowser
) -> None:
    here.open("/account/recovery-codes/new").press("Make new codes")
    new = shown(here)

    here.press("Continue")

    assert (here.status, shown(here)) == (422, new)
    assert not signs_in(another, new[0])
    assert signs_in(another, codes[0])


def test_the_file_holds_what_the_page_shows(here: Browser) -> None:
    here.open("/account/recovery-codes/new").press("Make new codes")
    new = shown(here)

    here.press("Download")

    assert here.response.headers["Content-Disposition"].startswith("attachment")
    assert here.response.headers["Cache-Control"] == "no-store"
    assert [line for line in here.response.get_data(as_text=True).split() if line in new] == new


@pytest.mark.parametrize(("used", "warned"), [(6, False), (7, True)])
def test_at_three_new_ones_are_offered(
    here: Browser, codes: list[str], another: NewBrowser, used: int, *, warned: bool
) -> None:
    spend(another, codes[:used])

    for path in ("/account/", "/account/security"):
        here.open(path)
        assert (here.page in {"account", "security"}, here.status) == (True, 200)
        assert bool(here.all(".notice-warning")) is warned


def test_after_use_the_number_left_is_said_and_new_ones_are_offered(
    codes: list[str], another: NewBrowser
) -> None:
    browser = spend(another, codes[:1])
    assert browser.page == "enrol-totp"
    assert "Each code works once. 9 left." in browser.text

    browser.press("Continue without it")

    assert browser.page == "account"
    assert "Each code works once. 9 left. Make new ones?" in browser.text
    browser.follow("Make new recovery codes").press("Make new codes")
    browser.fill(saved="yes").press("Continue")
    assert "10 of 10 left" in browser.text
    assert "Make new ones?" not in browser.open("/account/").text


def test_nobody_sees_the_waiting_codes_of_another_browser(
    here: Browser, phone: Phone, another: NewBrowser
) -> None:
    here.open("/account/recovery-codes/new").press("Make new codes")
    other = another().submit(code=phone.code())

    other.open("/account/recovery-codes")

    assert other.page == "security"
    assert other.all("[data-recovery-code]") == []
