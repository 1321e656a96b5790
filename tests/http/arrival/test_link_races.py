"""Of 64 who use one link at once, one succeeds (A17, A45)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from sqlalchemy import func, select

from config import AccountSettings, Registration
from idp.accounts import create as accounts
from idp.accounts import email_change, email_verification, enrolment_ticket, invitation
from idp.extensions import db, transaction
from idp.models import AuditEvent, EmailAddress, Role, User
from tests.support.browser import Browser
from tests.support.factories import EMAIL, PASSWORD, Factory
from tests.support.mailbox import Mailbox
from tests.support.race import at_once

RACERS = 64
NEW = "new@example.com"
CHOSEN = "seven quiet words in a row"


@pytest.fixture
def overrides() -> dict[str, Any]:
    return {
        "accounts": AccountSettings(registration=Registration.OPEN),
        "database_pool_size": RACERS + 6,
        "throttling": "off",
    }


def racers(a: Factory, link: str, cookies: dict[str, str] | None = None) -> Iterator[Browser]:
    """As many browsers, each with the link's form open."""
    for _number in range(RACERS):
        client = a.app.test_client()
        for name, value in (cookies or {}).items():
            client.set_cookie(name, value, domain="idp.example", secure=True)
        yield Browser(client, "https://idp.example").open(link)


def race(forms: Iterator[Browser], send: Callable[[Browser], Browser]) -> Counter[int]:
    waiting = iter(list(forms))
    return Counter(at_once(RACERS, lambda: send(next(waiting)).status))


def count(a: Factory, event: str) -> int:
    with a.app.app_context():
        rows = select(func.count()).where(AuditEvent.type == event)
        return int(db.session.scalar(rows) or 0)


def people(a: Factory) -> int:
    with a.app.app_context():
        return int(db.session.scalar(select(func.count()).select_from(User)) or 0)


def make_account(browser: Browser) -> Browser:
    return browser.submit(name="New Person", password=CHOSEN)


def only_one(outcomes: Counter[int], success: int = 200) -> bool:
    """503: there was no time to hash; nothing was spent by that."""
    return outcomes[success] == 1 and set(outcomes) <= {success, 410, 503}


def test_a_registration(a: Factory, browser: Browser, mailbox: Mailbox) -> None:
    browser.open("/create-account").submit(email=NEW)

    outcomes = race(racers(a, mailbox.link(NEW)), make_account)

    assert only_one(outcomes), outcomes
    assert (people(a), count(a, "user_registered")) == (1, 1)


def test_an_invitation(a: Factory, mailbox: Mailbox) -> None:
    with a.app.app_context(), transaction():
        invitation.invite(NEW, role=Role.OWNER, invited_by="Olga")

    outcomes = race(racers(a, mailbox.link(NEW)), make_account)

    assert only_one(outcomes), outcomes
    assert (people(a), count(a, "enrolment_ticket_granted")) == (1, 1)


def test_two_links_to_one_address(a: Factory, browser: Browser, mailbox: Mailbox) -> None:
    """The unique address is the last word."""
    browser.open("/create-account").submit(email=NEW)
    registration = mailbox.link(NEW)
    with a.app.app_context(), transaction():
        invitation.invite(NEW, invited_by="Olga")
    forms = [*racers(a, registration), *racers(a, mailbox.link(NEW))][:: RACERS // 4]

    waiting = iter(forms)
    outcomes = Counter(at_once(len(forms), lambda: make_account(next(waiting)).status))

    assert outcomes[200] == 1, outcomes
    assert set(outcomes) <= {200, 409, 410, 503}
    assert people(a) == 1


def test_a_confirmed_address(a: Factory, mailbox: Mailbox) -> None:
    user = a.user()
    with a.app.app_context(), transaction():
        db.session.scalars(select(EmailAddress)).one().verified_at = None
    with a.app.app_context(), transaction():
        email_verification.send(db.session.get_one(User, user.id))

    outcomes = race(racers(a, mailbox.link(EMAIL)), lambda form: form.press("Confirm this address"))

    assert only_one(outcomes), outcomes
    assert count(a, "address_verified") == 1


def test_another_address(a: Factory, browser: Browser, mailbox: Mailbox) -> None:
    user = a.user()
    browser.open("/account/").submit(username=EMAIL, password=PASSWORD)
    session = browser.client.get_cookie("__Host-session", "idp.example")
    assert session is not None
    with a.app.app_context(), transaction():
        email_change.ask(db.session.get_one(User, user.id), NEW)
    forms = racers(a, mailbox.link(NEW), {"__Host-session": session.value})

    outcomes = race(forms, lambda form: form.press("Use the new address"))

    assert only_one(outcomes), outcomes
    assert count(a, "address_changed") == 1
    assert mailbox.subjects(EMAIL).count("Your email address was changed") == 1


def test_an_enrolment_link(a: Factory) -> None:
    with a.app.app_context(), transaction():
        made = accounts.create_user("admin@example.com", "Ada", role=Role.OWNER)
        assert isinstance(made, User)
        link = enrolment_ticket.issue(made, reason="test")

    outcomes = race(racers(a, link), lambda form: form.press("Continue"))

    assert only_one(outcomes), outcomes
    assert count(a, "enrolment_ticket_granted") == 1
