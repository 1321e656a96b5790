"""Owners and contacts of an app: what they may do to just that one, and what stays closed."""

from __future__ import annotations

from dataclasses import dataclass

import pytest
from sqlalchemy import select

from idp.accounts import app_people, closing
from idp.clients import document, registry
from idp.extensions import db, transaction
from idp.models import AuditEvent, OutboundMessage, Role, Standing, User
from tests.http.admin.conftest import Arrive
from tests.support.browser import Browser
from tests.support.factories import PASSWORD, Factory
from tests.support.relying_party import REDIRECT_URI, RelyingParty

BOB = "bob@example.com"
CLOSED = "There's nothing here for this account"


@dataclass(frozen=True)
class Looker:
    """Somebody who looks after apps and has no role."""

    a: Factory
    browser: Browser
    user_id: str

    def of(self, rp: RelyingParty, standing: Standing = Standing.OWNER) -> Looker:
        with self.a.app.app_context(), transaction():
            client = registry.read(rp.client_id)
            assert client is not None
            app_people.add(client, BOB, standing, reason="a test")
        return self

    def open(self, path: str) -> Browser:
        return self.browser.open(path)


@pytest.fixture
def bob(a: Factory, browser: Browser) -> Looker:
    """Signed in by two factors."""
    user = a.user(BOB, name="Bob Example")
    phone = a.phone(user)
    visiting = Browser(a.app.test_client(), browser.issuer)
    visiting.open("/account/").submit(username=BOB, password=PASSWORD).submit(code=phone.code())
    assert visiting.page == "account", visiting.text[:200]
    return Looker(a, visiting, user.id)


@pytest.fixture
def rp(a: Factory) -> RelyingParty:
    # One grant: a form in these tests sends the last of several ticks.
    return a.client(
        client_name="Photos", min_acr="urn:idp:loa:2fa", grant_types=["authorization_code"]
    )


def registered(a: Factory, rp: RelyingParty) -> dict[str, object]:
    with a.app.app_context():
        client = registry.read(rp.client_id)
        assert client is not None
        return document.as_document(client)


def save(browser: Browser, **changes: str) -> Browser:
    """Send the form as a browser would: everything that it shows, with these changes."""
    shown: dict[str, str] = {}
    for one in browser.all("form.sections [name]"):
        name = str(one["name"])
        match one.name, one.get("type"):
            case "textarea", _:
                shown[name] = one.get_text().strip()
            case "select", _:
                chosen = one.select_one("option[selected]") or one.select_one("option")
                shown[name] = str(chosen["value"]) if chosen else ""
            case _, "checkbox" | "radio":
                shown |= {name: str(one["value"])} if one.has_attr("checked") else {}
            case _:
                shown[name] = str(one.get("value", ""))
    browser.open(browser.url, method="POST", data=shown | changes)
    if browser.page == "admin-preview-client":
        browser.fill(reason="Ops-1").press("Save")
    return browser


def events(a: Factory, kind: str) -> list[AuditEvent]:
    with a.app.app_context():
        return list(db.session.scalars(select(AuditEvent).where(AuditEvent.type == kind)))


def test_an_administrator_makes_somebody_owner_who_is_told_and_finds_the_app(
    a: Factory, arrive: Arrive, bob: Looker, rp: RelyingParty
) -> None:
    manager = arrive(Role.CLIENT_MANAGER)
    manager.open(f"/admin/clients/{rp.client_id}").follow("Owners and contacts")
    assert "Nobody yet." in manager.text
    manager.follow("Add somebody")
    manager.submit(email="  BOB@example.com ", standing="owner", reason="T-1")

    assert (manager.status, manager.page) == (200, "admin-client-people")
    assert "Bob Example" in manager.text
    (added,) = events(a, "app_person_added")
    assert (added.client_id, added.user_id) == (rp.client_id, bob.user_id)
    assert added.details == {"standing": "owner", "before": None, "reason": "T-1"}
    with a.app.app_context():
        (mail,) = db.session.scalars(select(OutboundMessage))
        assert (mail.recipient, mail.payload["name"]) == (BOB, "app_person_added")

    bob.open("/account/").follow("Open your apps").follow("Open")
    assert (bob.browser.status, bob.browser.page) == (200, "admin-client")
    assert "Photos" in bob.browser.text
    assert "Disable or delete" not in bob.browser.text


@pytest.mark.parametrize(
    ("typed", "status", "says"),
    [
        ({"email": "nobody@example.com", "standing": "owner", "reason": "x"}, 422, "Nobody with"),
        ({"email": BOB, "standing": "king", "reason": "x"}, 422, "Choose what"),
        ({"email": BOB, "standing": "owner", "reason": " "}, 422, "Say why."),
    ],
    ids=lambda value: str(value)[:20],
)
def test_what_is_wrong_with_the_form_is_said_and_kept(
    a: Factory, owner: Browser, bob: Looker, rp: RelyingParty, typed, status, says
) -> None:
    owner.open(f"/admin/clients/{rp.client_id}/people/add").submit(**typed)

    assert (owner.status, owner.page) == (status, "admin-add-client-person")
    assert says in owner.text
    assert owner.find("#email")["value"] == typed["email"]
    assert events(a, "app_person_added") == []


def test_an_owner_changes_the_app_within_limits(a: Factory, bob: Looker, rp: RelyingParty) -> None:
    bob.of(rp).open(f"/admin/clients/{rp.client_id}/edit")
    names = {one.get("name") for one in bob.browser.all("form.sections [name]")}
    assert {"redirect_uris", "min_acr"} <= names
    assert not names & {"trusted", "pkce_waived", "allowed_groups", "id_token_claims"}
    save(bob.browser, client_name="Pictures", redirect_uris=f"{REDIRECT_URI}\n{REDIRECT_URI}/2")

    assert (bob.browser.status, bob.browser.page) == (200, "admin-client"), bob.browser.text
    now = registered(a, rp)
    assert (now["client_name"], now["redirect_uris"]) == (
        "Pictures",
        [REDIRECT_URI, f"{REDIRECT_URI}/2"],
    )
    (changed,) = events(a, "client_replaced")
    assert changed.actor == f"user:{bob.user_id}"


@pytest.mark.parametrize(
    ("sent", "says"),
    [
        ({"min_acr": ""}, "only an administrator lowers this"),
        ({"min_acr": "urn:idp:loa:1fa"}, "only an administrator lowers this"),
        ({"scope": "openid admin:users"}, "only an owner"),
        ({"scope": "openid reports:read"}, "only an administrator adds others"),
        ({"auth_method": "none", "rotation": "yes"}, "only an administrator chooses a weaker way"),
        (
            {"grant_types": "client_credentials", "redirect_uris": ""},
            "only an administrator adds others",
        ),
        ({"second_factor_policy": "never"}, "only an administrator lowers this"),
        ({"lifetime": "3600"}, "only an administrator makes this longer"),
    ],
    ids=str,
)
def test_an_owner_lowers_no_guard(
    a: Factory, bob: Looker, rp: RelyingParty, sent: dict[str, str], says: str
) -> None:
    before = registered(a, rp)

    save(bob.of(rp).open(f"/admin/clients/{rp.client_id}/edit"), **sent)

    assert (bob.browser.status, bob.browser.page) == (422, "admin-edit-client")
    assert says in bob.browser.text
    assert registered(a, rp) == before


def test_fields_that_the_form_does_not_show_change_nothing_when_they_are_sent(
    a: Factory, bob: Looker, rp: RelyingParty
) -> None:
    bob.of(rp).open(f"/admin/clients/{rp.client_id}/edit")
    save(bob.browser, trusted="yes", pkce_waived="yes")

    assert (bob.browser.status, bob.browser.page) == (200, "admin-client")
    now = registered(a, rp)
    assert (now["trusted"], now["pkce_waived"]) == (False, False)


def test_an_owner_replaces_the_secret_and_nobody_elses(
    a: Factory, bob: Looker, rp: RelyingParty
) -> None:
    other = a.client(client_name="Other")
    bob.of(rp).open(f"/admin/clients/{rp.client_id}/secret").submit(overlap="0", reason="leaked")

    assert (bob.browser.status, bob.browser.page) == (200, "admin-client-secret")
    assert bob.open(f"/admin/clients/{other.client_id}/secret").status == 403
    assert rp.token(grant_type="authorization_code", code="x").status_code == 401


def test_an_owner_names_others_and_a_contact_does_not(
    a: Factory, bob: Looker, rp: RelyingParty
) -> None:
    a.user("eve@example.com", name="Eve")
    bob.of(rp).open(f"/admin/clients/{rp.client_id}/people/add")
    bob.browser.submit(email="eve@example.com", standing="contact", reason="helps")
    assert "Eve" in bob.browser.text

    bob.of(rp, Standing.CONTACT)

    assert bob.open(f"/admin/clients/{rp.client_id}/people").status == 200
    assert "Add somebody" not in bob.browser.text
    assert bob.open(f"/admin/clients/{rp.client_id}/people/add").status == 403


def test_a_contact_reads_and_changes_nothing(a: Factory, bob: Looker, rp: RelyingParty) -> None:
    bob.of(rp, Standing.CONTACT)
    app = f"/admin/clients/{rp.client_id}"

    assert [bob.open(app + end).status for end in ("", "/requests", "/people")] == [200, 200, 200]
    for end in ("/edit", "/secret", "/people/add", "/old-secret", "/disable", "/delete"):
        assert bob.open(app + end).status == 403, end


def test_everything_else_stays_closed_to_an_owner(bob: Looker, rp: RelyingParty) -> None:
    other = bob.a.client(client_name="Other")
    bob.of(rp)
    closed = [
        "/admin/", "/admin/clients", "/admin/clients/new", "/admin/users", "/admin/audit",
        "/admin/keys", "/admin/settings", f"/admin/clients/{rp.client_id}/delete",
        f"/admin/clients/{rp.client_id}/disable", f"/admin/clients/{other.client_id}",
        f"/admin/clients/{other.client_id}/edit", f"/admin/clients/{other.client_id}/requests",
        "/admin/clients/nobody",
    ]  # fmt: skip
    for path in closed:
        assert bob.open(path).status == 403, path
        assert CLOSED in bob.browser.text, path


def test_an_owner_proves_two_factors_afresh_for_every_change(
    bob: Looker, rp: RelyingParty, clock
) -> None:
    bob.of(rp)
    clock.advance(minutes=16)

    assert bob.open(f"/admin/clients/{rp.client_id}").page == "admin-client"
    assert bob.open(f"/admin/clients/{rp.client_id}/edit").page == "sign-in"
    assert bob.open(f"/admin/clients/{rp.client_id}/secret").page == "sign-in"


def test_whoever_has_been_removed_finds_every_page_closed(
    a: Factory, owner: Browser, bob: Looker, rp: RelyingParty
) -> None:
    bob.of(rp)
    owner.open(f"/admin/clients/{rp.client_id}/people").follow("Remove")
    assert "The app has no owner then." in owner.text
    owner.submit(reason="moved on")

    assert (owner.status, owner.page) == (200, "admin-client-people")
    assert bob.open(f"/admin/clients/{rp.client_id}").status == 403
    (removed,) = events(a, "app_person_removed")
    assert removed.details == {"standing": "owner", "reason": "moved on"}


def test_when_the_last_owner_closes_the_account_the_app_goes_on_and_is_listed(
    a: Factory, owner: Browser, bob: Looker, rp: RelyingParty
) -> None:
    bob.of(rp)
    assert "lost its last owner" not in owner.open("/admin/").text
    with a.app.app_context(), transaction():
        assert closing.close(db.session.get_one(User, bob.user_id))

    assert "1 app has lost its last owner." in owner.open("/admin/").text
    assert "Photos" in owner.open("/admin/clients?show=abandoned").text
    assert Browser(a.app.test_client(), rp.issuer).open(rp.authorization_url()).status == 200


def test_addresses_are_not_tried_out_by_the_dozen(
    a: Factory, bob: Looker, rp: RelyingParty
) -> None:
    bob.of(rp)
    for number in range(21):
        bob.open(f"/admin/clients/{rp.client_id}/people/add")
        bob.browser.submit(email=f"n{number}@example.com", standing="contact", reason="guess")

    assert bob.browser.status == 429
    assert int(bob.browser.response.headers["Retry-After"]) > 0


def test_the_command_does_the_same(a: Factory, bob: Looker, rp: RelyingParty) -> None:
    run = a.app.test_cli_runner().invoke
    added = run(args=["idp", "client", "owner", "add", rp.client_id, BOB, "--reason", "T-2"])
    assert (added.exit_code, "owner" in added.output, BOB in added.output) == (0, True, True)
    assert bob.open(f"/admin/clients/{rp.client_id}").status == 200
    nobody = run(
        args=["idp", "client", "owner", "add", rp.client_id, "x@y.example", "--reason", "x"]
    )
    assert (nobody.exit_code, "confirmed" in nobody.stderr) == (1, True)

    gone = run(args=["idp", "client", "owner", "remove", rp.client_id, BOB, "--reason", "T-3"])

    assert gone.exit_code == 0
    assert bob.open(f"/admin/clients/{rp.client_id}").status == 403


def test_somebody_whose_address_is_not_proven_is_not_added(a: Factory, rp: RelyingParty) -> None:
    user = a.user(BOB)
    with a.app.app_context(), transaction():
        email = db.session.get_one(User, user.id).email
        assert email is not None
        email.verified_at = None
    with a.app.app_context(), transaction():
        client = registry.read(rp.client_id)
        assert client is not None
        outcome = app_people.add(client, BOB, Standing.OWNER, reason="x")

    assert outcome is app_people.Refusal.NOBODY
