"""Closing the account, by its owner."""

from __future__ import annotations

import pytest
from sqlalchemy import func, select

from idp.extensions import db, transaction
from idp.models import AuditEvent, OutboundMessage, Role, User
from idp.models.base import Base
from tests.support.browser import Browser
from tests.support.factories import EMAIL, PASSWORD, Factory
from tests.support.mailbox import Mailbox
from tests.support.race import at_once
from tests.support.relying_party import RelyingParty, answer, claims


@pytest.fixture
def overrides():
    return {"database_pool_size": 40}


@pytest.fixture
def ann(a: Factory) -> User:
    return a.user()


@pytest.fixture
def signed_in(ann: User, browser: Browser) -> Browser:
    browser.open("/account/").submit(username=EMAIL, password=PASSWORD)
    assert browser.page == "account"
    return browser


def close(browser: Browser, email: str = EMAIL) -> Browser:
    return browser.open("/account/close").submit(email=email)


def role_of(a: Factory, user: User, role: Role | None) -> None:
    with a.app.app_context(), transaction():
        db.session.get_one(User, user.id).role = role


def test_the_profile_leads_to_it_and_it_says_what_happens(a: Factory, signed_in: Browser) -> None:
    rp: RelyingParty = a.client(client_name="Photos")
    signed_in.open(rp.authorization_url()).press("Allow")

    signed_in.open("/account/profile").follow("Close your account")

    assert signed_in.page == "close-account"
    assert "Photos" in signed_in.text
    assert signed_in.follow("Download your data first").page == "export"


def test_a_closed_account_is_gone(a: Factory, ann: User, signed_in: Browser) -> None:
    other = Browser(a.app.test_client(), signed_in.issuer)
    other.open("/account/").submit(username=EMAIL, password=PASSWORD)

    close(signed_in)

    assert (signed_in.status, signed_in.page) == (200, "account-closed")
    assert signed_in.open("/account/").page == "sign-in"
    assert other.open("/account/").page == "sign-in"
    assert other.submit(username=EMAIL, password=PASSWORD).status == 422
    assert rows_about(a, ann) == {"audit_events"}


def rows_about(a: Factory, user: User) -> set[str]:
    """Tables in which anything names the user, by row id, subject or address."""
    wanted = (user.id, user.sub, EMAIL, "Ann Example")
    found = set()
    with a.app.app_context():
        for table in Base.metadata.sorted_tables:
            rows = db.session.execute(select(table)).all()
            if any(word in str(value) for row in rows for value in row for word in wanted):
                found.add(table.name)
    # The last mail waits to be sent.
    return found - {OutboundMessage.__tablename__}


def test_what_happened_stays_known_by_the_rows_id_alone(a, ann: User, signed_in: Browser) -> None:
    close(signed_in)

    with a.app.app_context():
        rows = db.session.scalars(select(AuditEvent)).all()
    assert "account_closed" in {row.type for row in rows}
    assert not any(EMAIL in str(vars(row)) or ann.sub in str(vars(row)) for row in rows)


def test_apps_lose_their_tokens_and_are_told(a: Factory, ann: User, signed_in: Browser) -> None:
    rp: RelyingParty = a.client(
        trusted=True,
        backchannel_logout_uri="https://app.example/logout",
    )
    signed_in.open(rp.authorization_url(scope="openid offline_access"))
    tokens = rp.exchange(answer(signed_in.left_for)["code"]).get_json()
    signed_in.open(rp.authorization_url())
    code = answer(signed_in.left_for)["code"]

    close(signed_in)

    assert rp.refresh(tokens["refresh_token"]).get_json()["error"] == "invalid_grant"
    assert rp.exchange(code).get_json()["error"] == "invalid_grant"
    bearer = {"Authorization": f"Bearer {tokens['access_token']}"}
    assert a.app.test_client().get("/userinfo", headers=bearer).status_code == 401
    with a.app.app_context():
        notice = db.session.scalars(
            select(OutboundMessage).where(OutboundMessage.kind == "backchannel_logout")
        ).one()
    assert notice.payload["sub"] == claims(tokens["id_token"])["sub"]


def test_the_last_mail_says_so(a: Factory, signed_in: Browser) -> None:
    close(signed_in)

    assert "closed" in Mailbox(a.app).newest(EMAIL).subject


def test_a_new_account_with_the_address_is_somebody_else(a: Factory, ann: User, signed_in) -> None:
    """A97."""
    rp: RelyingParty = a.client(trusted=True)
    signed_in.open(rp.authorization_url())
    old = claims(rp.exchange(answer(signed_in.left_for)["code"]).get_json()["id_token"])["sub"]
    close(signed_in)

    again = a.user()
    signed_in.open(rp.authorization_url()).submit(username=EMAIL, password=PASSWORD)
    new = claims(rp.exchange(answer(signed_in.left_for)["code"]).get_json()["id_token"])["sub"]

    assert again.sub != ann.sub
    assert new != old


@pytest.mark.parametrize("typed", ["", "yes", "somebody@example.com", PASSWORD])
def test_only_the_address_confirms_it(signed_in: Browser, typed: str) -> None:
    close(signed_in, email=typed)

    assert (signed_in.status, signed_in.page) == (422, "close-account")
    assert signed_in.open("/account/").page == "account"


def test_capitals_do_not_matter(signed_in: Browser) -> None:
    assert close(signed_in, email=f" {EMAIL.upper()} ").page == "account-closed"


def test_every_factor_is_wanted_afresh(a: Factory, ann: User, browser: Browser, clock) -> None:
    """A13."""
    phone = a.phone(ann)
    browser.open("/account/").submit(username=EMAIL, password=PASSWORD).submit(code=phone.code())
    clock.advance(minutes=6)

    browser.open("/account/close")
    assert "Before you close your account" in browser.text
    browser.submit(password=PASSWORD)

    assert browser.page == "second-factor"


def owner(a: Factory, email: str) -> Browser:
    """Signed in, with two factors as their role wants it."""
    somebody = a.user(email)
    phone = a.phone(somebody)
    role_of(a, somebody, Role.OWNER)
    visitor = Browser(a.app.test_client(), "https://idp.example").open("/account/")
    visitor.submit(username=email, password=PASSWORD).submit(code=phone.code())
    return visitor


def test_the_last_owner_cannot_close(a: Factory) -> None:
    ann = owner(a, EMAIL)
    form_of_another_day = ann.open("/account/profile").find("input[name=csrf_token]")

    ann.open("/account/close")
    assert "You are the only owner" in ann.text
    fields = {"csrf_token": str(form_of_another_day["value"]), "email": EMAIL}
    ann.open("/account/close", method="POST", data=fields)

    assert (ann.status, ann.page) == (422, "close-account")
    with a.app.app_context():
        assert db.session.scalar(select(func.count()).select_from(User)) == 1


def test_an_owner_may_leave_when_another_stays(a: Factory) -> None:
    ann = owner(a, EMAIL)
    owner(a, "bob@example.com")

    assert close(ann).page == "account-closed"


def test_of_two_owners_who_leave_at_once_one_stays(a: Factory, clock) -> None:
    leaving = [(owner(a, email), email) for email in ("ann@example.com", "bob@example.com")]
    waiting = [(visitor.open("/account/close"), email) for visitor, email in leaving]

    def leave() -> int:
        visitor, email = waiting.pop()
        return visitor.submit(email=email).status

    statuses = at_once(2, leave)

    with a.app.app_context():
        owners = select(func.count()).where(User.role == Role.OWNER)
        assert db.session.scalar(owners) == 1
    assert statuses.count(200) == 1


def test_another_account_of_the_browser_stays_signed_in(a: Factory, signed_in: Browser) -> None:
    a.user("bob@example.com", name="Bob Example")
    rp: RelyingParty = a.client(trusted=True)
    signed_in.open(rp.authorization_url(prompt="select_account")).press("Use another account")
    signed_in.submit(username="bob@example.com", password=PASSWORD)
    assert "bob@example.com" in signed_in.open("/account/").text

    close(signed_in, email="bob@example.com")

    assert signed_in.open("/account/").page == "account"
    assert EMAIL in signed_in.text
