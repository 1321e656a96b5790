"""A113: an administrator neither reads a secret nor sets a password nor drops a second factor
silently; and neither a mailbox nor a password alone gets past one by way of a reset (R56, R57).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import func, select

from idp.accounts import factor_reset
from idp.accounts.outcome import Outcome
from idp.extensions import db, transaction
from idp.models import AuditEvent, Role, TotpCredential, User
from tests.support.browser import Browser
from tests.support.factories import PASSWORD, Factory, Phone
from tests.support.mailbox import Mailbox
from tests.support.race import at_once

BOB = "bob@example.com"
RACERS = 64


@pytest.fixture
def overrides() -> dict[str, Any]:
    return {"database_pool_size": RACERS + 6, "throttling": "off"}


@pytest.fixture
def bob(a: Factory) -> User:
    return a.user(BOB, name="Bob Builder")


@pytest.fixture
def phone(a: Factory, bob: User) -> Phone:
    return a.phone(bob)


@pytest.fixture
def fresh(a: Factory, browser: Browser) -> Callable[[], Browser]:
    return lambda: Browser(a.app.test_client(), browser.issuer)


@pytest.fixture
def link(a: Factory, bob: User, phone: Phone, mailbox: Mailbox) -> str:
    """Of a reset that two administrators want."""
    start(a, bob)
    assert approve(a, bob, "user:second") is Outcome.DONE
    return mailbox.link(BOB)


def start(a: Factory, user: User) -> Outcome:
    with a.app.app_context(), transaction():
        known = db.session.get_one(User, user.id)
        return factor_reset.start(known, by="user:first", reason="lost")


def approve(a: Factory, user: User, by: str) -> Outcome:
    with a.app.app_context(), transaction():
        return factor_reset.approve(db.session.get_one(User, user.id), by=by, reason="seen")


def count(a: Factory, event: str) -> int:
    with a.app.app_context():
        return int(db.session.scalar(select(func.count()).where(AuditEvent.type == event)) or 0)


def enrolled(a: Factory, user: User) -> int:
    with a.app.app_context():
        confirmed = select(func.count()).where(
            TotpCredential.user_id == user.id, TotpCredential.confirmed_at.is_not(None)
        )
        return int(db.session.scalar(confirmed) or 0)


def sign_in(browser: Browser) -> Browser:
    return browser.open("/account/").submit(username=BOB, password=PASSWORD)


def test_no_page_of_a_person_shows_or_takes_a_secret(
    a: Factory, bob: User, phone: Phone, browser: Browser, mailbox: Mailbox
) -> None:
    """A113."""
    codes, admin = a.recovery_codes(bob), a.administrator(Role.OWNER)
    browser.open("/admin/").submit(username="ann@example.com", password=PASSWORD)
    browser.submit(code=admin.code())
    acts = "reset-factors", "reset-password", "approve-reset", "mail-reset-link"
    for path in ("", *(f"/{act}" for act in acts)):
        browser.open(f"/admin/users/{bob.id}{path}")
        shown = browser.response.get_data(as_text=True)
        assert browser.status == 200
        assert not [secret for secret in (phone.secret, *codes) if secret in shown]
        assert {field["name"] for field in browser.all("main input, main textarea")} <= {
            "csrf_token",
            "reason",
        }

    browser.open(f"/admin/users/{bob.id}/reset-factors").submit(reason="lost")
    assert "replace-factors" not in browser.response.get_data(as_text=True)
    assert "wants to reset" in mailbox.newest(BOB).subject
    assert count(a, "factor_reset_started") == 1


def test_one_administrator_alone_changes_nothing_for_a_day(
    a: Factory, bob: User, phone: Phone, browser: Browser
) -> None:
    """A113."""
    start(a, bob)

    assert approve(a, bob, "user:first") is Outcome.ANOTHER_PERSON
    assert approve(a, bob, "client:robot") is Outcome.ANOTHER_PERSON
    assert approve(a, bob, f"user:{bob.id}") is Outcome.OWN_ACCOUNT
    assert sign_in(browser).page == "second-factor"


def test_the_mailbox_alone_gets_nowhere(a: Factory, bob: User, link: str, browser: Browser) -> None:
    """R56: the link asks for the password, and a new password for the old factor."""
    browser.open(link).press("Continue").submit(password="not the password at all")
    assert (browser.status, browser.page) == (422, "sign-in")

    browser.follow("Forgot your password?").submit(email=BOB)
    here = f"/interaction/{browser.url.rsplit('=')[-1]}/enrol-totp"
    assert browser.open(here).page != "enrol-totp"
    assert enrolled(a, bob) == 1


def test_the_password_alone_gets_nowhere_while_the_link_is_in_another_browser(
    link: str, browser: Browser, fresh: Callable[[], Browser]
) -> None:
    """A thief of the password who waits for the reset."""
    browser.open(link)
    thief = sign_in(fresh())
    assert thief.page == "second-factor"
    assert thief.open(thief.url.replace("second-factor", "enrol-totp")).page == "second-factor"

    browser.press("Continue")
    assert thief.open(browser.url).page != "sign-in"
    assert sign_in(thief).page == "second-factor"
    assert browser.submit(password=PASSWORD).page == "enrol-totp"


def test_a_link_that_is_looked_at_is_not_spent_and_a_spent_one_is_dead(
    link: str, browser: Browser, fresh: Callable[[], Browser]
) -> None:
    for _scan in range(3):
        fresh().open(link)
    browser.open(link).press("Continue")

    assert browser.page == "sign-in"
    assert fresh().open(link).status == 410


def test_of_many_approvals_at_once_one_counts(
    a: Factory, bob: User, phone: Phone, mailbox: Mailbox
) -> None:
    start(a, bob)
    names = iter([f"user:admin-{number}" for number in range(16)])

    outcomes = Counter(at_once(16, lambda: approve(a, bob, next(names))))

    assert outcomes == {Outcome.DONE: 1, Outcome.UNCHANGED: 15}
    assert count(a, "factor_reset_approved") == 1
    assert mailbox.subjects(BOB).count("Set up a new second step") == 1


def test_of_64_who_use_the_link_at_once_one_gets_on(
    a: Factory, link: str, fresh: Callable[[], Browser]
) -> None:
    forms = iter([fresh().open(link) for _racer in range(RACERS)])

    outcomes = Counter(at_once(RACERS, lambda: next(forms).press("Continue").status))

    assert outcomes == {200: 1, 410: RACERS - 1}
    assert count(a, "factor_reset_link_used") == 1


def test_calling_it_off_and_enrolling_at_once_leave_one_factor(
    a: Factory, bob: User, phone: Phone, link: str, browser: Browser
) -> None:
    """Either the old one or the new one, never both and never none."""
    browser.open(link).press("Continue").submit(password=PASSWORD)
    new = Phone(browser.find("[data-totp-secret]").get_text(strip=True))

    def cancel() -> str:
        with a.app.app_context(), transaction():
            outcome = factor_reset.cancel(db.session.get_one(User, bob.id))
        return "called off" if outcome is Outcome.DONE else "too late"

    def enrol() -> str:
        return browser.submit(code=new.code()).page or ""

    acts = iter([cancel, enrol])
    outcomes = set(at_once(2, lambda: next(acts)()))  # noqa: PLW0108  each takes another one

    assert enrolled(a, bob) == 1
    assert ("called off" in outcomes) != ("recovery-codes" in outcomes)
    assert count(a, "second_factors_reset") == ("recovery-codes" in outcomes)
