"""The audit log on its page: found, narrowed, taken along, and never a way to run a script."""

from __future__ import annotations

import csv
import io
import json
from datetime import timedelta

import pytest
from sqlalchemy import update

from idp import audit, clock
from idp.audit import catalogue
from idp.extensions import db, transaction
from idp.jobs import seal_audit
from idp.models import AuditEvent, Role
from tests.http.admin.conftest import Arrive
from tests.support.browser import Browser
from tests.support.factories import EMAIL, Factory
from tests.support.relying_party import answer, claims
from tests.support.time_travel import Clock

SCRIPT = "<script>alert(1)</script>"


def happened(a: Factory, times: int = 1, **about: str) -> None:
    with a.app.app_context():
        for _ in range(times):
            with transaction():
                audit.record(catalogue.PasswordRejected(reason="wrong", **about))
        seal_audit.run(clock.now())


def kinds(browser: Browser) -> list[str]:
    return [one.get_text(strip=True) for one in browser.all("table summary")]


@pytest.mark.parametrize("role", list(Role))
def test_owners_and_auditors_read_it_and_nobody_else(arrive: Arrive, role: Role) -> None:
    browser = arrive(role)
    allowed = role in {Role.OWNER, Role.AUDITOR}

    for path in ("/admin/audit", "/admin/audit/export?format=csv"):
        assert browser.open(path).status == (200 if allowed else 403), path


def test_it_is_narrowed_by_whom_what_where_and_when(
    a: Factory, owner: Browser, clock: Clock
) -> None:
    bob = a.user("bob@example.com")
    clock.advance(minutes=20)
    since = clock.now()
    happened(a, user_id=bob.id, client_id="photos")
    happened(a, client_id="notes")

    wanted = "/admin/audit?type=password_rejected"
    assert len(kinds(owner.open(wanted))) == 2
    assert len(kinds(owner.open(f"{wanted}&subject=bob@example.com"))) == 1
    assert "bob@example.com" in owner.find("table").get_text()
    assert len(kinds(owner.open(f"{wanted}&subject={bob.id}"))) == 1
    assert len(kinds(owner.open(f"{wanted}&client=notes"))) == 1
    assert kinds(owner.open(f"{wanted}&address=203.0.113.9")) == []
    assert len(kinds(owner.open(f"{wanted}&actor={EMAIL}"))) == 2
    assert kinds(owner.open(f"{wanted}&actor=cli:root")) == []
    past = (since - timedelta(minutes=10)).strftime("%Y-%m-%dT%H:%M")
    assert len(kinds(owner.open(f"{wanted}&since={past}"))) == 2
    assert kinds(owner.open(f"{wanted}&until={past}")) == []


def test_what_cannot_be_read_is_said_beside_its_field(owner: Browser) -> None:
    owner.open("/admin/audit?subject=nobody@example.com&since=yesterday")

    assert owner.find("#subject-error").get_text(strip=True) == "Nobody has this email address."
    assert "Type a date" in owner.find("#since-error").get_text()
    assert owner.find("#subject")["value"] == "nobody@example.com"
    assert kinds(owner) == []


def test_it_is_shown_a_page_at_a_time(a: Factory, owner: Browser) -> None:
    happened(a, 60)

    first = owner.open("/admin/audit?type=password_rejected")
    assert len(kinds(first)) == 50
    second = owner.follow("Next page")
    assert len(kinds(second)) == 10
    assert "type=password_rejected" in owner.url
    assert len(kinds(owner.follow("First page"))) == 50


def test_a_row_opens_to_its_json(a: Factory, owner: Browser) -> None:
    happened(a, client_id="photos")

    owner.open("/admin/audit?client=photos")

    document = json.loads(owner.find("table details pre").get_text())
    assert (document["type"], document["details"]) == ("password_rejected", {"reason": "wrong"})
    assert document["sequence"] > 0


def test_what_apps_and_people_wrote_stays_text(a: Factory, owner: Browser) -> None:
    happened(a, client_id=SCRIPT)

    owner.open("/admin/audit?type=password_rejected")

    body = owner.response.get_data(as_text=True)
    assert SCRIPT not in body
    assert "&lt;script&gt;" in body
    owner.open('/admin/audit?client="><script>alert(1)</script>')
    assert SCRIPT not in owner.response.get_data(as_text=True)


def test_the_chain_is_looked_at(a: Factory, owner: Browser) -> None:
    happened(a, 3)
    assert "Whole" in owner.open("/admin/audit").text

    with a.app.app_context(), transaction():
        tampering = update(AuditEvent).where(AuditEvent.sequence == 2)
        db.session.execute(tampering.values(actor="somebody else"))

    assert "The log was changed at place 2." in owner.open("/admin/audit").text


def test_the_files_hold_what_the_page_found(a: Factory, owner: Browser) -> None:
    happened(a, 2, client_id="=1+1")
    happened(a, client_id="notes")

    owner.open("/admin/audit/export?format=csv&client=%3D1%2B1")
    rows = list(csv.DictReader(io.StringIO(owner.response.get_data(as_text=True))))
    assert [row["client_id"] for row in rows] == ["'=1+1", "'=1+1"]
    assert owner.response.headers["Content-Disposition"] == 'attachment; filename="audit.csv"'
    owner.open("/admin/audit/export?format=jsonl&client=notes")
    lines = owner.response.get_data(as_text=True).splitlines()
    assert [json.loads(line)["client_id"] for line in lines] == ["notes"]
    assert owner.open("/admin/audit/export?format=exe").status == 404


def test_that_it_was_taken_along_is_written_down(owner: Browser) -> None:
    owner.open("/admin/audit/export?format=csv&client=notes")

    owner.open("/admin/audit?type=log_exported")

    assert kinds(owner) == ["log_exported"]
    assert '"filters": [' in owner.find("table details pre").get_text()
    assert EMAIL in owner.find("table").get_text()


# --- evidence --------------------------------------------------------------------------------


def test_a_token_leads_to_the_proofs_of_its_amr(a: Factory, owner: Browser) -> None:
    rp = a.client(trusted=True)
    owner.open(rp.authorization_url())
    tokens = rp.exchange(answer(owner.left_for)["code"]).get_json()

    for name, claim in (("access_token", "jti"), ("access_token", "fam"), ("id_token", "sid")):
        owner.open(f"/admin/audit/evidence?of={claims(tokens[name])[claim]}")
        assert owner.page == "admin-evidence"
        proven = [one.get_text() for one in owner.all("td li code")]
        assert {"password_accepted", "totp_accepted"} <= set(proven), claim
        assert EMAIL in owner.text


@pytest.mark.parametrize("named", ["nothing", "0" * 26, "a.b.c", "x" * 900, "%3Cscript%3E"])
def test_what_nobody_knows_has_no_evidence(owner: Browser, named: str) -> None:
    owner.open(f"/admin/audit/evidence?of={named}")

    assert owner.status == 200
    assert owner.find("#of-error")
    assert "What was proven" not in owner.text


def test_only_who_reads_the_log_asks_for_evidence(arrive: Arrive) -> None:
    assert arrive(Role.SUPPORT).open("/admin/audit/evidence").status == 403
