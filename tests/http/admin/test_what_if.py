"""What if: the page foretells, masks what it says of people, and writes down who looked."""

from __future__ import annotations

from urllib.parse import urlencode

from sqlalchemy import select

from idp.extensions import db
from idp.models import AuditEvent, Role
from tests.http.admin.conftest import Arrive
from tests.support.browser import Browser
from tests.support.factories import Factory

BOB = "bob@example.com"


def ask(window: Browser, client_id: str, **more: str) -> Browser:
    return window.open(f"/admin/what-if?{urlencode({'person': BOB, 'client': client_id, **more})}")


def times_shown(a: Factory) -> int:
    with a.app.app_context():
        rows = select(AuditEvent).where(AuditEvent.type == "claims_shown")
        return len(db.session.scalars(rows).all())


def test_pages_and_claims_are_foretold_and_values_are_masked(a: Factory, owner: Browser) -> None:
    a.phone(a.user(BOB, name="Bob Example"))
    rp = a.client(scope="openid email", trusted=True)

    ask(owner, rp.client_id, scope="openid email")

    assert (owner.status, owner.page) == (200, "admin-what-if")
    assert [li.get_text() for li in owner.all("[data-what-if] ol li")] == ["Sign in", "Second step"]
    assert "urn:idp:loa:2fa" in owner.text
    assert "pwd otp mfa" in owner.text
    assert BOB not in owner.find("[data-what-if]").get_text()
    assert times_shown(a) == 0


def test_an_app_that_has_to_push_its_requests_is_foretold_like_others(
    a: Factory, owner: Browser
) -> None:
    a.user(BOB)
    rp = a.client(require_pushed_authorization_requests=True)

    ask(owner, rp.client_id)

    assert [li.get_text() for li in owner.all("[data-what-if] ol li")][:1] == ["Sign in"]


def test_the_values_are_shown_to_who_helps_people_and_that_is_written_down(
    a: Factory, owner: Browser
) -> None:
    a.user(BOB)
    rp = a.client(scope="openid email", trusted=True)

    ask(owner, rp.client_id, scope="openid email").press("Show the values")

    assert owner.status == 200
    assert BOB in owner.find("[data-what-if]").get_text()
    assert times_shown(a) == 1


def test_an_auditor_reads_the_names_of_the_claims_only(a: Factory, arrive: Arrive) -> None:
    a.user(BOB)
    rp = a.client(scope="openid email", trusted=True)
    auditor = arrive(Role.AUDITOR)

    ask(auditor, rp.client_id, scope="openid email")

    assert "email_verified" in auditor.text
    assert "Show the values" not in auditor.text


def test_what_nobody_has_is_said_at_its_field(a: Factory, owner: Browser) -> None:
    owner.open("/admin/what-if?person=nobody@example.com&client=nothing&session_age=soon")

    assert "Nobody has this email address." in owner.text
    assert "A number of minutes." in owner.text
    a.user(BOB)
    assert "No app has this client_id." in ask(owner, "nothing").text
