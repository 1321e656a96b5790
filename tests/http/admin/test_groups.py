"""Groups and claims of one's own on pages: made, filled, changed, refused, told."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from idp.accounts.custom_claims import definitions, values
from idp.accounts.custom_claims.definition import ProposedClaim
from idp.accounts.groups import members, store
from idp.accounts.groups.proposed import KnownGroup, ProposedGroup
from idp.extensions import db, transaction
from idp.models import AuditEvent, Role, User
from tests.http.admin.conftest import Arrive
from tests.support.browser import Browser
from tests.support.factories import PASSWORD, Factory
from tests.support.relying_party import answer

BOB = "bob@example.com"
SCRIPT = "<script>alert(1)</script>"


@pytest.fixture
def bob(a: Factory) -> User:
    return a.user(BOB, name=f"Bob {SCRIPT}")


@pytest.fixture
def staff(a: Factory) -> KnownGroup:
    with a.app.app_context(), transaction():
        made = store.create(ProposedGroup(name="staff", roles=("editor",)))
    assert isinstance(made, KnownGroup)
    return made


def detail(a: Factory, type_: str) -> list[dict[str, object]]:
    with a.app.app_context():
        found = select(AuditEvent.details).where(AuditEvent.type == type_)
        return list(db.session.scalars(found.order_by(AuditEvent.id)))


def test_a_group_is_made_filled_and_emptied_with_reasons(
    a: Factory, owner: Browser, bob: User
) -> None:
    owner.open("/admin/groups").follow("New group")
    owner.submit(name="staff", display_name=SCRIPT, roles="editor\nauthor\n")
    assert (owner.page, owner.status) == ("admin-edit-group", 422)
    assert "Say why." in owner.text
    owner.submit(name="staff", display_name=SCRIPT, roles="editor\nauthor\n", reason="Ops-1")
    assert (owner.page, owner.status) == ("admin-group", 200)
    here = owner.url.partition("?")[0]

    owner.submit(email=BOB, reason="Ticket 1")
    assert "The person is in the group from now on." in owner.text
    assert "Bob" in owner.find("tbody").get_text()
    assert SCRIPT not in owner.response.get_data(as_text=True)
    owner.open("/admin/groups")
    assert "editor, author" in owner.text
    owner.open(here).follow("Remove").submit(reason="Ticket 2")
    assert "Nobody is in this group yet." in owner.text
    assert [one["reason"] for one in detail(a, "group_created")] == ["Ops-1"]
    assert detail(a, "group_member_added") == [{"group": "staff", "reason": "Ticket 1"}]
    assert detail(a, "group_member_removed") == [{"group": "staff", "reason": "Ticket 2"}]


def test_a_form_that_is_wrong_keeps_what_was_typed(
    owner: Browser, staff: KnownGroup, bob: User
) -> None:
    owner.open(f"/admin/groups/{staff.id}").submit(email="nobody@example.com", reason="")
    assert owner.status == 422
    assert owner.find("#email")["value"] == "nobody@example.com"
    assert "Nobody has this email address." in owner.text
    assert "Say why." in owner.text

    owner.open("/admin/groups/new").submit(name="two words", display_name="Two")
    assert owner.status == 422
    assert owner.find("#display_name")["value"] == "Two"
    owner.open("/admin/groups/new").submit(name="staff", reason="Ops-1")
    assert "there is a group of this name already" in owner.text


def test_members_are_listed_a_page_at_a_time(a: Factory, owner: Browser, staff: KnownGroup) -> None:
    for number in range(60):
        user = a.user(f"p{number:02}@example.com")
        with a.app.app_context(), transaction():
            members.add(staff, user)

    owner.open(f"/admin/groups/{staff.id}")
    seen = [one.get_text() for one in owner.all("tbody .muted")]
    owner.follow("Next page")
    seen += [one.get_text() for one in owner.all("tbody .muted")]

    assert (len(seen), len(set(seen))) == (60, 60)


def test_of_two_editors_the_second_is_told(a: Factory, owner: Browser, staff: KnownGroup) -> None:
    owner.open(f"/admin/groups/{staff.id}/edit")
    with a.app.app_context(), transaction():
        now = store.find("staff")
        assert now is not None
        store.change("staff", store.version_of(now), ProposedGroup(name="staff", roles=("boss",)))

    owner.submit(description="All of us", roles="editor", reason="Ops-1")

    assert owner.status == 409
    assert "Somebody else has changed this group" in owner.text
    assert owner.find("#description")["value"] == "All of us"
    assert owner.find("#roles").get_text() == "editor"
    owner.submit(roles="editor", reason="Ops-1")
    with a.app.app_context():
        saved = store.find("staff")
        assert saved is not None
        assert (saved.description, saved.roles) == ("All of us", ("editor",))


def test_a_group_that_an_app_admits_is_not_deleted(
    a: Factory, owner: Browser, staff: KnownGroup
) -> None:
    a.client(client_name="Payroll", allowed_groups=["staff"])
    owner.open(f"/admin/groups/{staff.id}/delete").submit(confirmation="staff", reason="Ops-2")
    assert owner.status == 422
    assert "These apps admit its members only: Payroll." in owner.text


def test_a_claim_is_defined_said_of_somebody_and_deleted(
    a: Factory, owner: Browser, bob: User
) -> None:
    owner.open("/admin/claims").follow("New claim")
    owner.submit(name="rooms", scope="acme", type="string", multiple="yes", reason="Ops-1")
    assert (owner.page, owner.status) == ("admin-claims", 200)
    owner.open("/admin/claims/new")
    owner.submit(name="level", scope="acme", type="number", reason="Ops-1")
    with a.app.app_context():
        known = {one.name: one for one in definitions.everyone()}

    owner.open(f"/admin/users/{bob.id}").follow("Change what claims say")
    rooms, level = (f"claim-{known[name].id}" for name in ("rooms", "level"))
    owner.submit(**{rooms: f"4.11\n{SCRIPT}", level: "x", "reason": "Moved"})
    assert owner.status == 422
    assert owner.find(f"#{level}")["value"] == "x"
    assert owner.find(f"#{rooms}").get_text() == f"4.11\n{SCRIPT}"
    owner.submit(**{rooms: f"4.11\n{SCRIPT}", level: "7", "reason": "Moved"})
    assert owner.page == "admin-user"
    assert "4.11" in owner.text
    assert SCRIPT not in owner.response.get_data(as_text=True)
    with a.app.app_context():
        said = values.of(db.session.get_one(User, bob.id))
    assert said == {"level": 7, "rooms": ["4.11", SCRIPT]}
    assert detail(a, "custom_claims_set") == [{"changed": ["level", "rooms"], "reason": "Moved"}]

    owner.open(f"/admin/claims/{known['rooms'].id}/delete").submit(
        confirmation="rooms", reason="Ops-3"
    )
    assert "The claim is deleted." in owner.text
    assert detail(a, "claim_removed") == [{"claim": "rooms", "reason": "Ops-3"}]


@pytest.mark.parametrize(
    ("typed", "says"),
    [
        ({"name": "acr", "scope": "acme"}, "is reserved"),
        ({"name": "x", "scope": "openid"}, "is reserved"),
        ({"name": "x", "scope": "acme", "schema": "{"}, "is not JSON"),
        ({"name": "x", "scope": "acme", "schema": '{"pattern": "x"}'}, "'pattern' is not known"),
    ],
)
def test_a_claim_that_cannot_be_is_refused(
    owner: Browser, typed: dict[str, str], says: str
) -> None:
    owner.open("/admin/claims/new").submit(**typed)

    assert owner.status == 422
    assert says in owner.text
    assert owner.find("#scope")["value"] == typed["scope"]


def test_who_may_not_hand_out_roles_changes_no_claims_of_administrators(
    a: Factory, arrive: Arrive
) -> None:
    boss = arrive(Role.OWNER, "boss@example.com")
    manager = arrive(Role.CLIENT_MANAGER)
    with a.app.app_context(), transaction():
        definitions.define(ProposedClaim(name="x", scope="acme"))
        user_id = db.session.scalars(select(User.id).where(User.role == Role.OWNER)).one()

    assert manager.open(f"/admin/users/{user_id}/claims").status == 403
    assert boss.open(f"/admin/users/{user_id}/claims").status == 200


# --- people ----------------------------------------------------------------------------------


def test_consent_names_each_claim_with_its_value_and_asks_again_for_a_new_one(
    a: Factory, browser: Browser, staff: KnownGroup
) -> None:
    ann = a.user()
    with a.app.app_context(), transaction():
        members.add(staff, ann)
        definitions.define(ProposedClaim(name="room", scope="acme", description="See your room"))
        values.put(db.session.get_one(User, ann.id), {"room": "4.11"}, reason="a test")
    rp = a.client(scope="openid groups roles acme")
    url = rp.authorization_url(scope="openid groups roles acme")

    browser.open(url).submit(username="ann@example.com", password=PASSWORD)
    said = [one.get_text(" ", strip=True) for one in browser.all(".scope-text")]
    assert said == [
        "Know that it is you",
        "See which groups you are in staff",
        "See which roles you have editor",
        "See your room 4.11",
    ]
    browser.press("Allow")
    assert browser.left_for is not None
    browser.open(url)
    assert browser.left_for is not None, "it was allowed before"

    with a.app.app_context(), transaction():
        definitions.define(ProposedClaim(name="desk", scope="acme"))
    browser.open(url)
    assert browser.page == "consent"
    assert "See “desk”" in browser.text


def test_an_app_is_open_to_members_only(a: Factory, browser: Browser, staff: KnownGroup) -> None:
    ann = a.user()
    rp = a.client(allowed_groups=["staff"], client_name="Payroll", trusted=True)

    browser.open(rp.authorization_url()).submit(username="ann@example.com", password=PASSWORD)
    assert (browser.page, browser.status) == ("not-open", 200)
    assert "Payroll is not open to this account" in browser.text
    assert "staff" not in browser.text
    waiting = browser.url
    browser.press("Go back to Payroll")
    assert browser.left_for is not None
    assert answer(browser.left_for)["error"] == "access_denied"
    assert len(detail(a, "app_not_open")) == 1
    browser.open(rp.authorization_url(prompt="none"))
    assert answer(str(browser.left_for))["error"] == "access_denied"
    assert browser.open(waiting).status >= 400

    with a.app.app_context(), transaction():
        members.add(staff, ann)
    browser.open(rp.authorization_url())
    assert "code" in answer(str(browser.left_for))


def test_a_member_who_leaves_during_the_sign_in_is_out(
    a: Factory, browser: Browser, staff: KnownGroup
) -> None:
    ann = a.user()
    rp = a.client(allowed_groups=["staff"])
    with a.app.app_context(), transaction():
        members.add(staff, ann)
    browser.open(rp.authorization_url()).submit(username="ann@example.com", password=PASSWORD)
    assert browser.page == "consent"
    with a.app.app_context(), transaction():
        members.remove(staff, ann)

    browser.press("Allow")

    assert browser.page == "not-open"
