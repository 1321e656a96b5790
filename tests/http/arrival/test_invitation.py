"""Invitations, and the tickets by which privileged accounts get their second factor."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import select

from config import AccountSettings, Registration
from idp.accounts import create, enrolment_ticket, invitation, password_link
from idp.accounts.invalid import Invalid
from idp.accounts.invitation import Invited
from idp.authentication import password
from idp.authentication.password_hash import StoredHash
from idp.extensions import db, transaction
from idp.models import AuditEvent, Role, User
from tests.support.browser import Browser
from tests.support.factories import PASSWORD, Factory, Phone
from tests.support.mailbox import Mailbox
from tests.support.time_travel import Clock

NEW = "new@example.com"


@pytest.fixture
def overrides() -> dict[str, Any]:
    return {"accounts": AccountSettings(registration=Registration.INVITATION)}


@pytest.fixture
def other(a: Factory, browser: Browser) -> Browser:
    return Browser(a.app.test_client(), browser.issuer)


def invite(a: Factory, email: str = NEW, **given: Any) -> Invited | Invalid:
    with a.app.app_context(), transaction():
        return invitation.invite(email, invited_by="Olga Owner", **given)


def users(a: Factory) -> list[User]:
    with a.app.app_context():
        return list(db.session.scalars(select(User)))


def administrator(a: Factory) -> User:
    """With a password and without a second factor."""
    with a.app.app_context(), transaction():
        prepared = password.prepare(PASSWORD)
        made = create.create_user("admin@example.com", "Ada Admin", role=Role.OWNER)
        assert isinstance(made, User)
        assert isinstance(prepared, StoredHash)
        password.store(made, prepared)
        return made


def enrol(browser: Browser) -> Browser:
    phone = Phone(browser.find("[data-totp-secret]").get_text(strip=True))
    return browser.submit(code=phone.code()).fill(saved="yes").press("Continue")


def test_an_invited_person_makes_the_account(
    a: Factory, browser: Browser, mailbox: Mailbox
) -> None:
    invite(a, name="New Person")
    assert "Olga Owner" in mailbox.newest(NEW).text

    browser.open(mailbox.link(NEW))
    assert browser.page == "invitation"
    assert "Olga Owner" in browser.text
    assert browser.find("input[name=name]")["value"] == "New Person"
    browser.submit(password=PASSWORD)

    assert browser.page == "account-ready"
    assert browser.follow("Sign in").submit(password=PASSWORD).page == "account"
    assert [user.role for user in users(a)] == [None]


def test_a_role_comes_from_the_invitation_and_from_nowhere_else(
    a: Factory, browser: Browser, mailbox: Mailbox
) -> None:
    """A47."""
    invite(a)
    browser.open(mailbox.link(NEW)).submit(
        name="New Person", password=PASSWORD, role="owner", email="other@example.com"
    )

    assert [(user.role, user.email.address) for user in users(a) if user.email] == [(None, NEW)]


def test_an_invited_administrator_sets_up_password_and_second_factor_in_one_go(
    a: Factory, browser: Browser, mailbox: Mailbox
) -> None:
    """R13, R20."""
    invite(a, role=Role.SUPPORT)
    browser.open(mailbox.link(NEW)).submit(name="New Person", password=PASSWORD)

    browser.follow("Sign in").submit(password=PASSWORD)

    assert browser.page == "enrol-totp"
    assert enrol(browser).page == "account"
    assert [user.role for user in users(a)] == ["support"]


def test_an_invitation_is_good_once_and_for_a_week(
    a: Factory, browser: Browser, other: Browser, mailbox: Mailbox, clock: Clock
) -> None:
    """A17."""
    invite(a)
    link = mailbox.link(NEW)
    clock.advance(days=6, hours=23)
    other.open(link)
    browser.open(link).submit(name="New Person", password=PASSWORD)

    assert other.submit(name="Second Person", password=PASSWORD).status == 410
    assert len(users(a)) == 1

    invite(a, "late@example.com")
    late = mailbox.link("late@example.com")
    clock.advance(days=7, minutes=1)
    assert other.open(late).status == 410


def test_a_newer_invitation_ends_the_older_one(
    a: Factory, browser: Browser, mailbox: Mailbox
) -> None:
    invite(a, role=Role.OWNER)
    older = mailbox.link(NEW)
    invite(a)

    assert browser.open(older).status == 410


def test_nobody_is_invited_twice_or_under_an_impossible_address(a: Factory) -> None:
    a.user(NEW)

    taken, malformed = invite(a, "NEW@example.com"), invite(a, "new")

    assert isinstance(taken, Invalid)
    assert isinstance(malformed, Invalid)


def test_by_invitation_only_means_that_nobody_registers(browser: Browser) -> None:
    assert browser.open("/create-account").status == 404
    assert browser.page == "registration-closed"


def test_a_password_alone_sets_up_no_second_factor_for_an_administrator(
    a: Factory, browser: Browser
) -> None:
    """R20."""
    administrator(a)

    browser.open("/account/").submit(username="admin@example.com", password=PASSWORD)

    assert browser.page == "enrolment-ticket"
    assert "idp user enrolment-link admin@example.com" in browser.text
    assert browser.open(browser.url.replace("enrolment-ticket", "enrol-totp")).page == (
        "enrolment-ticket"
    )
    assert browser.open("/account/totp").page != "enrol-totp"


def test_an_enrolment_link_lets_one_sign_in_set_it_up(
    a: Factory, browser: Browser, other: Browser
) -> None:
    """R20: the browser in which the link was opened, once, after the password."""
    user = administrator(a)
    with a.app.app_context(), transaction():
        link = enrolment_ticket.issue(user, reason="new colleague")
    for _scan in range(10):
        browser.open(link)
    assert browser.page == "enrolment"
    browser.press("Continue")
    assert browser.page == "sign-in"

    other.open("/account/").submit(username="admin@example.com", password=PASSWORD)
    assert other.page == "enrolment-ticket"
    assert other.open(link).status == 410

    browser.submit(password=PASSWORD)
    assert browser.page == "enrol-totp"
    assert enrol(browser).page == "account"
    with a.app.app_context():
        happened = set(db.session.scalars(select(AuditEvent.type)))
    assert happened >= {
        "enrolment_ticket_issued",
        "enrolment_ticket_granted",
        "enrolment_ticket_used",
    }


def test_the_link_for_the_first_password_is_a_ticket_too(a: Factory, browser: Browser) -> None:
    """R13."""
    with a.app.app_context(), transaction():
        made = create.create_user("admin@example.com", "Ada Admin", role=Role.OWNER)
        assert isinstance(made, User)
        link = password_link.url(password_link.issue(made))

    browser.open(link).submit(password=PASSWORD)
    browser.follow("Sign in").submit(password=PASSWORD)

    assert browser.page == "enrol-totp"


def test_the_first_administrators_link_is_good_for_an_hour(
    a: Factory, browser: Browser, clock: Clock
) -> None:
    """R13."""
    with a.app.app_context(), transaction():
        made = create.create_user("admin@example.com", "Ada Admin", role=Role.OWNER)
        assert isinstance(made, User)
        link = password_link.url(password_link.issue(made))
    clock.advance(minutes=61)

    assert browser.open(link).status == 410


def test_people_without_a_role_need_no_ticket(a: Factory, browser: Browser) -> None:
    a.user()
    rp = a.client(min_acr="urn:idp:loa:2fa")

    browser.open(rp.authorization_url()).submit(username="ann@example.com", password=PASSWORD)

    assert browser.page == "enrol-totp"
