"""Browsers become known by a complete sign-in; the owner hears of new ones (R32, R97)."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from sqlalchemy import func, select

from idp.accounts import sign_out
from idp.extensions import db, transaction
from idp.jobs import purge
from idp.models import Bucket, KnownDevice, User
from tests.support.browser import Browser
from tests.support.factories import EMAIL, PASSWORD, Factory
from tests.support.mailbox import Mailbox
from tests.support.relying_party import RelyingParty
from tests.support.time_travel import Clock

COOKIE, HOST = "__Host-device", "idp.example"
BOB = "bob@example.com"


@pytest.fixture
def rp(a: Factory) -> RelyingParty:
    return a.client(trusted=True)


@pytest.fixture
def ann(a: Factory) -> User:
    return a.user()


@pytest.fixture
def another(a: Factory, rp: RelyingParty) -> Callable[[], Browser]:
    return lambda: Browser(a.app.test_client(), rp.issuer)


def sign_in(browser: Browser, rp: RelyingParty, email: str = EMAIL) -> Browser:
    browser.client.delete_cookie("__Host-session", domain=HOST)
    return browser.open(rp.authorization_url()).submit(username=email, password=PASSWORD)


def value_of(browser: Browser) -> str | None:
    cookie = browser.client.get_cookie(COOKIE, HOST)
    return str(cookie.value) if cookie else None


def known(a: Factory, user: User) -> int:
    rows = select(func.count()).where(KnownDevice.user_id == user.id)
    with a.app.app_context():
        return int(db.session.scalar(rows) or 0)


def test_the_cookie_comes_with_the_session_and_not_before(
    browser: Browser, rp: RelyingParty, a: Factory, ann: User
) -> None:
    phone = a.phone(ann)
    browser.open(rp.authorization_url()).submit(username=EMAIL, password="wrong password")
    browser.submit(username=EMAIL, password=PASSWORD)
    assert (browser.page, value_of(browser), known(a, ann)) == ("second-factor", None, 0)

    browser.submit(code=phone.code())

    assert known(a, ann) == 1
    assert len(value_of(browser) or "") == 43


def test_it_is_a_host_cookie_for_180_days(browser: Browser, rp: RelyingParty, ann: User) -> None:
    """R45."""
    sign_in(browser, rp)

    cookie = browser.client.get_cookie(COOKIE, HOST)
    assert cookie is not None
    assert (cookie.path, cookie.secure, cookie.http_only, cookie.same_site) == (
        "/",
        True,
        True,
        "Lax",
    )
    assert cookie.max_age == 180 * 86_400


def test_one_cookie_serves_all_accounts_of_a_browser(
    browser: Browser, rp: RelyingParty, a: Factory, ann: User
) -> None:
    bob = a.user(BOB, name="Bob Example")
    sign_in(browser, rp)
    first = value_of(browser)

    sign_in(browser, rp, BOB)

    assert value_of(browser) == first
    assert (known(a, ann), known(a, bob)) == (1, 1)


def test_a_value_that_we_did_not_give_is_replaced(
    browser: Browser, rp: RelyingParty, ann: User
) -> None:
    """Nobody plants a value that they know themselves."""
    browser.client.set_cookie(COOKIE, "A" * 43, domain=HOST, secure=True)

    sign_in(browser, rp)

    assert value_of(browser) not in {None, "A" * 43}


def test_the_very_first_sign_in_is_no_news(
    browser: Browser, rp: RelyingParty, ann: User, mailbox: Mailbox
) -> None:
    sign_in(browser, rp)

    assert mailbox.subjects(EMAIL) == []


def test_a_browser_is_news_once(
    browser: Browser,
    another: Callable[[], Browser],
    rp: RelyingParty,
    ann: User,
    mailbox: Mailbox,
    clock: Clock,
) -> None:
    """R97: from a browser that is not known, and only then."""
    sign_in(browser, rp)
    new = another()
    for _time in range(3):
        sign_in(new, rp)
        sign_in(browser, rp)
        assert len(mailbox.subjects(EMAIL)) == 1
        clock.advance(days=30)

    assert mailbox.subjects(EMAIL)[0].startswith("New sign-in to")


def test_a_first_sign_in_long_after_the_account_was_made_is_news(
    browser: Browser, rp: RelyingParty, ann: User, mailbox: Mailbox, clock: Clock
) -> None:
    clock.advance(days=2)

    sign_in(browser, rp)

    assert len(mailbox.subjects(EMAIL)) == 1


def test_half_a_sign_in_is_no_news(
    browser: Browser,
    another: Callable[[], Browser],
    rp: RelyingParty,
    a: Factory,
    ann: User,
    mailbox: Mailbox,
) -> None:
    sign_in(browser, rp)
    a.phone(ann)
    mailbox.clear()

    assert sign_in(another(), rp).page == "second-factor"

    assert mailbox.subjects(EMAIL) == []
    assert known(a, ann) == 1


def test_a_browser_where_the_password_alone_was_enough_is_no_better_known_for_codes(
    browser: Browser, rp: RelyingParty, a: Factory, ann: User
) -> None:
    """R33: whoever has the password would buy a second series of guesses with it."""
    a.phone(ann)
    sign_in(browser, a.client(trusted=True, second_factor_policy="never"))
    assert known(a, ann) == 1

    assert browser.open(rp.authorization_url()).page == "second-factor"
    browser.submit(code="000000")

    counted = select(Bucket.key).where(Bucket.key.startswith("second_factor.user."))
    with a.app.app_context():
        kinds = {key.partition(":")[0].rpartition(".")[2] for key in db.session.scalars(counted)}
    assert kinds == {"unknown"}


def test_a_browser_is_a_stranger_again_after_180_days(
    browser: Browser, rp: RelyingParty, a: Factory, ann: User, mailbox: Mailbox, clock: Clock
) -> None:
    sign_in(browser, rp)
    clock.advance(days=181)
    with a.app.app_context():
        purge.run(clock.now())
    assert known(a, ann) == 0

    sign_in(browser, rp)

    assert len(mailbox.subjects(EMAIL)) == 1


def test_the_end_of_all_sessions_is_the_end_of_all_known_browsers(
    browser: Browser, rp: RelyingParty, a: Factory, ann: User
) -> None:
    """R48."""
    sign_in(browser, rp)
    with a.app.app_context(), transaction():
        sign_out.end_all(ann.id, reason="password_changed")

    assert known(a, ann) == 0


def test_the_browser_that_signs_out_the_others_stays_known(
    browser: Browser, another: Callable[[], Browser], rp: RelyingParty, a: Factory, ann: User
) -> None:
    sign_in(another(), rp)
    sign_in(browser, rp).open("/account/sessions")
    assert known(a, ann) == 2

    browser.press("Sign out everywhere else")

    assert known(a, ann) == 1
    assert sign_in(browser, rp).left_for is not None
    assert known(a, ann) == 1
