"""The history of an account in plain words, narrowed and turned page by page."""

from __future__ import annotations

import pytest

from idp import audit
from idp.audit import catalogue
from idp.extensions import transaction
from idp.models import User
from tests.http.account.conftest import FIREFOX, NewBrowser, tokens
from tests.support.browser import Browser
from tests.support.factories import EMAIL, PASSWORD, Factory

UNLOCKED = "An administrator lifted the waits after too many tries."


@pytest.fixture
def user(a: Factory, clock) -> User:
    made = a.user()
    clock.advance(seconds=1)
    return made


@pytest.fixture
def here(user: User, another: NewBrowser) -> Browser:
    return another(user_agent=FIREFOX)


def sentences(browser: Browser) -> list[str]:
    assert (browser.status, browser.page) == (200, "activity")
    return [item.get_text(strip=True) for item in browser.all(".events strong")]


def happen(a: Factory, user: User, times: int) -> None:
    with a.app.app_context(), transaction():
        for _time in range(times):
            audit.record(catalogue.UserUnlocked(user_id=user.id))


def test_it_says_what_happened_where_and_when(here: Browser, user: User) -> None:
    assert "Your account was made." in sentences(here.open("/account/activity"))
    signed_in = next(
        item.get_text(" ", strip=True)
        for item in here.all(".events > li")
        if "You signed in with password." in item.get_text()
    )
    assert "Firefox on Windows" in signed_in
    assert "127.0.0.1" in signed_in
    assert here.all(".events time[datetime]")


def test_an_app_that_asks_for_two_steps_is_named(a: Factory, user: User, here: Browser) -> None:
    phone = a.phone(user)
    rp = a.client(min_acr="urn:idp:loa:2fa")
    here.open(rp.authorization_url()).submit(code=phone.code())
    here.press("Allow")

    said = sentences(here.open("/account/activity"))

    assert "Photos asked for two-step sign-in; you used authenticator app." in said
    assert "You allowed Photos to use your account." in said


@pytest.mark.parametrize(
    ("show", "there", "not_there"),
    [
        ("sign-ins", "You signed in with password.", "Your account was made."),
        ("security", "Your account was made.", "You signed in with password."),
        ("apps", "You allowed Photos to use your account.", "Your account was made."),
    ],
)
def test_it_can_be_narrowed(
    a: Factory, here: Browser, show: str, there: str, not_there: str
) -> None:
    tokens(here, a.client())

    said = sentences(here.open(f"/account/activity?show={show}"))

    assert there in said
    assert not_there not in said


def test_fifty_rows_are_a_page(a: Factory, user: User, here: Browser) -> None:
    happen(a, user, 60)

    first = here.open("/account/activity?show=security")
    assert len(sentences(first)) == 50
    first.follow("Older")

    assert "Your account was made." in sentences(first)
    assert len(sentences(first)) == 12
    assert not [link for link in first.all("a") if "Older" in link.get_text()]
    assert len(sentences(first.follow("Newest"))) == 50


@pytest.mark.parametrize(
    "query", ["?before='--", "?before=" + "Z" * 300, "?show=everything", "?show=%ff"]
)
def test_a_strange_address_shows_the_newest(here: Browser, query: str) -> None:
    assert "Your account was made." in sentences(here.open(f"/account/activity{query}"))


def test_nobody_reads_the_history_of_somebody_else(
    a: Factory, user: User, here: Browser, another: NewBrowser
) -> None:
    happen(a, user, 1)
    a.user("eve@example.com", name="Eve")
    eve = another("eve@example.com")

    assert UNLOCKED not in sentences(eve.open("/account/activity"))
    eve.open("/account/activity?before=" + "Z" * 26)
    assert UNLOCKED not in sentences(eve)


def test_wrong_passwords_are_told(browser: Browser, user: User, here: Browser) -> None:
    browser.open("/account/").submit(username=EMAIL, password="wrong" + PASSWORD)

    assert "A wrong password was typed for your account." in sentences(
        here.open("/account/activity")
    )


def test_the_way_out_stands_on_the_page(here: Browser) -> None:
    here.open("/account/activity")

    assert here.follow("Sign out everywhere else").page == "sessions"


def test_the_overview_shows_what_changed_last(a: Factory, user: User, here: Browser) -> None:
    happen(a, user, 6)

    here.open("/account/")

    shown = [item.get_text(strip=True) for item in here.all(".events strong")]
    assert shown == [UNLOCKED] * 5
