"""Who may come to the administration: the role, two factors, and fresh ones for changes (R44)."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from idp.extensions import db
from idp.models import AuditEvent, Role, User
from tests.http.admin.conftest import Arrive, sign_in
from tests.support.browser import Browser
from tests.support.factories import EMAIL, PASSWORD, Factory


def test_who_has_no_role_is_told_nothing_and_asked_for_nothing(
    a: Factory, browser: Browser
) -> None:
    a.user()

    browser.open("/admin/").submit(username=EMAIL, password=PASSWORD)

    assert (browser.status, browser.page) == (403, "error")
    assert "Dashboard" not in browser.text
    with a.app.app_context():
        refused = select(AuditEvent.details).where(AuditEvent.type == "administration_refused")
        assert db.session.scalars(refused).all() == [{"permission": "dashboard.read"}]


@pytest.mark.parametrize("role", list(Role))
def test_every_role_sees_the_dashboard_and_its_own_parts(arrive: Arrive, role: Role) -> None:
    browser = arrive(role)

    assert (browser.status, browser.page) == (200, "admin")
    parts = [link.get_text(" ", strip=True) for link in browser.all("nav.admin-nav a")]
    assert parts[0] == "Dashboard"


def test_an_administrator_without_a_second_factor_needs_a_ticket_for_one(
    a: Factory, browser: Browser
) -> None:
    made = a.user()
    with a.app.app_context():
        db.session.get_one(User, made.id).role = Role.OWNER
        db.session.commit()

    browser.open("/admin/").submit(username=EMAIL, password=PASSWORD)

    assert browser.page == "enrolment-ticket"  # R20: a password alone enrols nothing


def test_a_session_of_one_factor_is_stepped_up(a: Factory, browser: Browser) -> None:
    phone = a.administrator()
    rp = a.client(second_factor_policy="never", trusted=True)
    browser.open(rp.authorization_url()).submit(username=EMAIL, password=PASSWORD)
    assert browser.left_for is not None, browser.text

    browser.open("/admin/")

    assert browser.page == "second-factor"
    browser.submit(code=phone.code())
    assert (browser.status, browser.page) == (200, "admin")


def test_the_account_leads_there_for_people_with_a_role(a: Factory, owner: Browser) -> None:
    owner.open("/account/").follow("Open the administration")

    assert owner.page == "admin"


def test_a_role_that_is_taken_away_opens_nothing_any_more(a: Factory, owner: Browser) -> None:
    with a.app.app_context():
        db.session.scalars(select(User)).one().role = None
        db.session.commit()

    assert owner.open("/admin/").status == 403


def test_the_dashboard_counts_what_happened(a: Factory, browser: Browser) -> None:
    phone = a.administrator()
    browser.open("/admin/").submit(username=EMAIL, password="not it at all")

    sign_in(browser, phone)

    figures = [one.get_text(" ", strip=True) for one in browser.all(".figures li")]
    assert figures[0].startswith("1 Sign-ins")
    assert figures[1].startswith("1 Failed proofs")
    assert figures[3].startswith("1 Active sessions")
    assert figures[4].startswith("100 % Two-step sign-in 1 of 1 people")
