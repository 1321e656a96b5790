"""The configuration as a file, on pages: taken along, handed in, and what stands between."""

from __future__ import annotations

from io import BytesIO

import pytest
from sqlalchemy import select

from idp.accounts import permissions
from idp.accounts.groups import store
from idp.accounts.groups.proposed import ProposedGroup
from idp.accounts.permissions import Permission
from idp.clients import registry
from idp.extensions import db, transaction
from idp.models import AuditEvent, Role
from tests.http.admin.conftest import Arrive
from tests.support.browser import Browser
from tests.support.factories import Factory

FILE = """\
version: 1
groups:
  staff: {display_name: "<script>alert(1)</script>"}
clients:
  payroll:
    client_name: Payroll
    redirect_uris: [https://pay.example/cb]
    allowed_groups: [staff]
"""


def hand_in(browser: Browser, content: bytes, **more: str) -> Browser:
    """As the form with the file does; the test browser has no files to choose from."""
    token = str(browser.open("/admin/configuration").find("form [name=csrf_token]")["value"])
    data = {"csrf_token": token, "file": (BytesIO(content), "idp.yaml")} | more
    return browser.open("/admin/configuration/import", method="POST", data=data)


def applied(a: Factory) -> bool:
    with a.app.app_context():
        return registry.read("payroll") is not None


def test_what_it_would_change_is_shown_and_then_applied_with_a_reason(
    a: Factory, owner: Browser
) -> None:
    hand_in(owner, FILE.encode() + b"# of several hundred lines\n" * 5_000)
    assert (owner.page, owner.status) == ("admin-configuration-changes", 200)
    assert "New groups/staff" in owner.text
    assert "https://pay.example/cb" in owner.text
    assert "<script>alert(1)" not in owner.response.get_data(as_text=True)
    assert not applied(a)

    owner.submit(reason="")
    assert owner.status == 422
    assert not applied(a)
    owner.submit(reason="Change 12")
    assert (owner.page, owner.status) == ("admin-configuration-applied", 200)
    secret = owner.find("[data-client-secret]").get_text()
    with a.app.app_context():
        client = registry.read("payroll")
        assert client is not None
        assert client.accepts_secret(secret, client.created_at)
        log = select(AuditEvent.details).where(AuditEvent.type == "configuration_imported")
        assert db.session.scalars(log).one() == {
            "objects": ["create groups/staff", "create clients/payroll"],
            "reason": "Change 12",
        }
    assert "everything is so already" in hand_in(owner, FILE.encode()).text


def test_what_has_changed_since_it_was_looked_at_is_not_applied(a: Factory, owner: Browser) -> None:
    hand_in(owner, FILE.encode())
    with a.app.app_context(), transaction():
        store.create(ProposedGroup(name="staff", roles=("editor",)))

    owner.submit(reason="Change 12")

    assert owner.status == 409
    assert "Somebody else has changed something meanwhile" in owner.text
    assert "Changed groups/staff" in owner.text
    assert not applied(a)
    assert owner.submit(reason="Change 12").page == "admin-configuration-applied"


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (FILE.replace("https://pay", "javascript://pay").encode(), "clients/payroll/redirect_uris"),
        (FILE.encode("utf-16"), "UTF-16"),
        (b"version: &a 1", "anchors and aliases"),
        (b"", "Choose a file"),
        (b"x" * 300_000, "Choose a file"),
    ],
)
def test_what_cannot_be_is_told_with_its_place(
    a: Factory, owner: Browser, content: bytes, says: str
) -> None:
    hand_in(owner, content)

    assert (owner.page, owner.status) == ("admin-configuration", 422)
    assert says in owner.text
    assert not applied(a)


def test_pruning_is_shown_before_it_is_done(a: Factory, owner: Browser) -> None:
    a.client(client_name="Photos")

    hand_in(owner, b"version: 1", beside="pruned")
    assert "Removed clients/" in owner.text
    owner.submit(reason="Away with it")

    with a.app.app_context():
        assert registry.everyone() == []


def test_the_file_is_taken_along(owner: Browser, a: Factory) -> None:
    rp = a.client(client_name="Photos")
    for form, begins in (("yaml", "# The configuration"), ("json", "{")):
        owner.open(f"/admin/configuration/export?format={form}")
        written = owner.response.get_data(as_text=True)
        assert written.startswith(begins)
        assert rp.client_id in written
    assert owner.open("/admin/configuration/export?format=exe").status == 404


def test_who_only_reads_takes_along_and_hands_nothing_in(arrive: Arrive) -> None:
    auditor = arrive(Role.AUDITOR)

    assert not auditor.open("/admin/configuration").all("input[type=file]")
    assert auditor.open("/admin/configuration/export?format=yaml").status == 200
    posted = auditor.open("/admin/configuration/import", method="POST", data={"csrf_token": "x"})
    assert posted.status == 403


def test_whoever_changes_apps_may_change_groups_and_claims() -> None:
    """The pages of the configuration ask for one verb."""
    for role in Role:
        if permissions.allows(role, Permission.CLIENTS_WRITE):
            assert permissions.allows(role, Permission.GROUPS_WRITE)
        if permissions.allows(role, Permission.CLIENTS_READ):
            assert permissions.allows(role, Permission.GROUPS_READ)


def test_only_an_owner_hands_in_an_app_that_administers(a: Factory, arrive: Arrive) -> None:
    file = FILE.replace("allowed_groups: [staff]", "scope: openid admin:users").encode()

    assert "only an owner" in hand_in(arrive(Role.CLIENT_MANAGER, "cm@example.com"), file).text
    assert hand_in(arrive(Role.OWNER), file).page == "admin-configuration-changes"
