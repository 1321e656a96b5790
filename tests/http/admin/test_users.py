"""People in the administration: found, shown, acted on with a reason, by whoever may."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import select, text

from idp.accounts import directory
from idp.extensions import db
from idp.models import AuditEvent, Role, Session, TokenFamily, User
from tests.http.admin.conftest import Arrive
from tests.support.browser import Browser
from tests.support.databases import EngineKind
from tests.support.factories import EMAIL, PASSWORD, Factory
from tests.support.mailbox import Mailbox
from tests.support.relying_party import answer
from tests.support.time_travel import Clock

BOB = "bob@example.com"
REASON = "Ticket 4711"
SCRIPT = "<script>alert(1)</script>"
MAY_ACT = {Role.OWNER, Role.SUPPORT}


@pytest.fixture
def bob(a: Factory) -> User:
    return a.user(BOB, name="Bob Builder")


def events(a: Factory, type_: str) -> list[AuditEvent]:
    with a.app.app_context():
        found = select(AuditEvent).where(AuditEvent.type == type_)
        return list(db.session.scalars(found))


def stored(a: Factory, user: User) -> User:
    with a.app.app_context():
        return db.session.get_one(User, user.id)


def act(browser: Browser, user: User, name: str, **fields: Any) -> Browser:
    return browser.open(f"/admin/users/{user.id}/{name}").submit(**({"reason": REASON} | fields))


# --- finding ---------------------------------------------------------------------------------


def names(browser: Browser) -> list[str]:
    return [one.get_text(strip=True) for one in browser.all("tbody th a")]


@pytest.mark.parametrize("typed", ["bob", "BOB@ex", "bob b", "  Bob@Example.com "])
def test_people_are_found_by_how_their_address_or_name_begins(
    owner: Browser, bob: User, typed: str
) -> None:
    owner.open(f"/admin/users?q={typed}")

    assert names(owner) == ["Bob Builder"]


@pytest.mark.parametrize("typed", ["uilder", "example.com", "%", "_ob", "zz"])
def test_the_middle_and_patterns_find_nobody(owner: Browser, bob: User, typed: str) -> None:
    assert names(owner.open(f"/admin/users?q={typed}")) == []


def test_a_name_is_found_however_it_is_written(a: Factory, owner: Browser) -> None:
    a.user("e@example.com", name="Élodie Straße")

    assert names(owner.open("/admin/users?q=éLODIE stra")) == ["Élodie Straße"]


def test_a_new_name_is_found_and_the_old_one_is_not(a: Factory, owner: Browser, bob: User) -> None:
    with a.app.app_context():
        db.session.get_one(User, bob.id).name = "Robert"
        db.session.commit()

    assert names(owner.open("/admin/users?q=robert")) == ["Robert"]
    assert names(owner.open("/admin/users?q=bob b")) == []


def test_everybody_is_shown_a_page_at_a_time_and_nobody_twice(a: Factory, owner: Browser) -> None:
    for number in range(30):
        a.user(f"p{number:02}@example.com", name=f"Person {number:02}")

    for query in ("", "?q=p"):
        seen = names(owner.open(f"/admin/users{query}"))
        assert len(seen) == 25
        seen += names(owner.follow("Next page"))
        assert len(seen) == len(set(seen)) == (31 if not query else 30)


def test_a_cursor_that_is_none_begins_at_the_start(owner: Browser, bob: User) -> None:
    assert len(names(owner.open("/admin/users?after='; DROP TABLE users"))) == 2
    assert owner.open(f"/admin/users?q=bob&after=address.{'0' * 26}").status == 200


def test_the_search_uses_its_indexes(
    a: Factory, engine_kind: EngineKind, monkeypatch: pytest.MonkeyPatch
) -> None:
    explain = "EXPLAIN QUERY PLAN " if engine_kind is EngineKind.SQLITE else "EXPLAIN "
    with a.app.app_context():
        if engine_kind is not EngineKind.SQLITE:
            db.session.execute(text("SET enable_seqscan = off"))
        for statement, index in (
            (
                "SELECT id FROM email_addresses WHERE canonical >= 'bo' AND canonical < 'bp' "
                "ORDER BY canonical, id LIMIT 26",
                "uq_email_addresses_canonical",
            ),
            (
                "SELECT id FROM users WHERE name_key >= 'bo' AND name_key < 'bp' "
                "ORDER BY name_key, id LIMIT 26",
                "ix_users_name_key",
            ),
        ):
            plan = " ".join(str(row) for row in db.session.execute(text(explain + statement)))
            assert index in plan or "autoindex" in plan
        assert directory.search("bo", size=5).entries == []


def test_a_person_is_shown_with_factors_and_sessions(a: Factory, owner: Browser, bob: User) -> None:
    a.phone(bob)
    a.recovery_codes(bob)

    owner.open("/admin/users?q=bob").follow("Bob Builder")

    assert owner.page == "admin-user"
    facts = owner.find("dl").get_text(" ", strip=True)
    assert "Authenticator apps 1" in facts
    assert "Recovery codes left 10" in facts
    assert "Signed in nowhere." in owner.text
    assert not owner.all("input[type=password]")


def test_what_people_call_themselves_stays_text(a: Factory, owner: Browser) -> None:
    eve = a.user("eve@example.com", name=SCRIPT)

    for path in ("/admin/users", f"/admin/users/{eve.id}", f"/admin/users/{eve.id}/disable"):
        owner.open(path)
        assert owner.status == 200
        assert SCRIPT not in owner.response.get_data(as_text=True)


# --- acting ----------------------------------------------------------------------------------

ACTS = ("sign-out", "reset-password", "unlock", "disable")


@pytest.mark.parametrize("role", list(Role))
def test_only_owners_and_support_may_act(a: Factory, arrive: Arrive, bob: User, role: Role) -> None:
    browser = arrive(role)
    for name in ACTS:
        browser.open(f"/admin/users/{bob.id}/{name}")
        assert browser.status == (200 if role in MAY_ACT else 403), name
        if role not in MAY_ACT:
            browser.open(f"/admin/users/{bob.id}/{name}", method="POST", data={"reason": REASON})
            assert browser.status == 403
    assert stored(a, bob).disabled_at is None
    assert events(a, "user_signed_out") == []


def test_a_disabled_account_loses_everything_and_the_log_says_why(
    a: Factory, owner: Browser, bob: User, browser: Browser, mailbox: Mailbox
) -> None:
    rp = a.client()
    browser.open(rp.authorization_url()).submit(username=BOB, password=PASSWORD).press("Allow")
    tokens = rp.exchange(answer(browser.left_for)["code"]).get_json()

    act(owner, bob, "disable")

    assert "The account is disabled." in owner.text
    assert stored(a, bob).disabled_at is not None
    assert rp.userinfo(tokens["access_token"]).status_code == 401
    with a.app.app_context():
        live = select(Session).where(Session.user_id == bob.id, Session.ended_at.is_(None))
        assert db.session.scalars(live).all() == []
        family = db.session.scalars(select(TokenFamily)).one()
        assert family.revoked_because == "session_ended"
    (event,) = events(a, "user_disabled")
    assert event.details == {"reason": REASON}
    assert event.user_id == bob.id
    assert event.actor == f"user:{acting(a)}"
    assert any("disabled" in subject.lower() for subject in mailbox.subjects(BOB))


def acting(a: Factory, email: str = EMAIL) -> str:
    with a.app.app_context():
        owners = select(User).where(User.role.is_not(None))
        return next(user.id for user in db.session.scalars(owners) if user.email.address == email)


def test_an_account_is_enabled_again(a: Factory, owner: Browser, bob: User) -> None:
    act(owner, bob, "disable")

    act(owner, bob, "enable")

    assert stored(a, bob).disabled_at is None
    assert events(a, "user_enabled")[0].details == {"reason": REASON}


def test_everything_is_signed_out(a: Factory, owner: Browser, bob: User, browser: Browser) -> None:
    rp = a.client()
    browser.open(rp.authorization_url()).submit(username=BOB, password=PASSWORD).press("Allow")
    tokens = rp.exchange(answer(browser.left_for)["code"]).get_json()

    act(owner, bob, "sign-out")

    assert rp.userinfo(tokens["access_token"]).status_code == 401
    assert browser.open("/account/").page == "sign-in"
    assert events(a, "user_signed_out")[0].details == {"reason": REASON}
    assert stored(a, bob).disabled_at is None


def test_a_password_link_goes_to_the_account_alone(
    a: Factory, owner: Browser, bob: User, mailbox: Mailbox
) -> None:
    act(owner, bob, "reset-password")

    link = mailbox.newest(BOB).link
    assert link.split("/")[3] == "reset"
    assert link not in owner.response.get_data(as_text=True)
    assert events(a, "password_reset_started")[0].details == {"reason": REASON}


@pytest.mark.parametrize("reason", ["", "   ", "x" * 301])
def test_nothing_is_done_without_a_reason(
    a: Factory, owner: Browser, bob: User, reason: str
) -> None:
    act(owner, bob, "disable", reason=reason)

    assert owner.status == 422
    assert owner.find("#reason-error")
    assert stored(a, bob).disabled_at is None


def test_an_act_that_is_none_is_not_found(owner: Browser, bob: User) -> None:
    assert owner.open(f"/admin/users/{bob.id}/promote").status == 404
    assert owner.open("/admin/users/nobody/disable").status == 404


def test_old_proofs_are_not_enough_and_the_reason_survives_the_step_up(
    a: Factory, owner: Browser, bob: User, clock: Clock
) -> None:
    owner.open(f"/admin/users/{bob.id}/disable")
    clock.advance(minutes=16)

    owner.submit(reason=REASON)

    assert owner.page != "admin-act-on-user"
    assert stored(a, bob).disabled_at is None


def test_a_form_without_its_token_changes_nothing(a: Factory, owner: Browser, bob: User) -> None:
    path = f"/admin/users/{bob.id}/disable"
    response = owner.client.post(path, data={"reason": REASON}, base_url=owner.issuer)

    assert response.status_code == 403
    assert stored(a, bob).disabled_at is None


# --- who is above ----------------------------------------------------------------------------


def test_support_cannot_touch_an_administrator(a: Factory, arrive: Arrive) -> None:
    arrive(Role.OWNER)
    support = arrive(Role.SUPPORT, "sue@example.com")
    boss = acting(a)

    for name in ACTS:
        support.open(f"/admin/users/{boss}/{name}")
        assert support.status == 403
        support.open(f"/admin/users/{boss}/{name}", method="POST", data={"reason": REASON})
        assert support.status == 403
    assert "What you can do" not in support.open(f"/admin/users/{boss}").text
    assert events(a, "password_reset_started") == []


@pytest.mark.parametrize("role", [Role.SUPPORT, Role.AUDITOR, Role.CLIENT_MANAGER])
def test_nobody_but_an_owner_hands_out_roles(
    a: Factory, arrive: Arrive, bob: User, role: Role
) -> None:
    browser = arrive(role)
    for target in (bob.id, acting(a)):
        path = f"/admin/users/{target}/role"
        assert browser.open(path).status == 403
        browser.open(path, method="POST", data={"role": "owner", "reason": REASON})
        assert browser.status == 403
    assert stored(a, bob).role is None


def test_an_owner_makes_somebody_support(a: Factory, owner: Browser, bob: User) -> None:
    act(owner, bob, "role", role="support")

    assert stored(a, bob).role == "support"
    assert events(a, "role_changed")[0].details == {
        "before": None,
        "role": "support",
        "reason": REASON,
    }


def test_the_last_owner_stays_one(a: Factory, owner: Browser) -> None:
    with a.app.app_context():
        me = db.session.scalars(select(User)).one()

    for name, fields in (("role", {"role": "none"}), ("disable", {})):
        act(owner, me, name, **fields)
        assert owner.status == 422
        assert "This is the only owner." in owner.text
    assert (stored(a, me).role, stored(a, me).disabled_at) == ("owner", None)


def test_one_of_two_owners_may_go(a: Factory, arrive: Arrive, owner: Browser) -> None:
    arrive(Role.OWNER, "olga@example.com")
    with a.app.app_context():
        olga = db.session.get_one(User, acting(a, "olga@example.com"))

    act(owner, olga, "role", role="none")

    assert stored(a, olga).role is None


@pytest.mark.parametrize("role", ["emperor", ""])
def test_a_role_that_is_none_is_refused(a: Factory, owner: Browser, bob: User, role: str) -> None:
    act(owner, bob, "role", role=role)

    assert owner.status == 422
    assert stored(a, bob).role is None


# --- inviting --------------------------------------------------------------------------------


class TestInviting:
    @pytest.fixture
    def overrides(self) -> dict[str, Any]:
        return {"accounts": {"registration": "invitation"}}

    def test_an_invitation_is_mailed(self, owner: Browser, mailbox: Mailbox) -> None:
        owner.open("/admin/users").follow("Invite somebody")
        owner.submit(email="new@example.com", name="New One", role="support", reason="hired")

        assert "The invitation was mailed." in owner.text
        assert "/invitation/" in mailbox.newest("new@example.com").link

    def test_support_invites_people_without_a_role_only(
        self, a: Factory, arrive: Arrive, mailbox: Mailbox
    ) -> None:
        support = arrive(Role.SUPPORT)

        support.open("/admin/invite").submit(email="new@example.com", role="owner")
        assert support.status == 422
        assert mailbox.subjects("new@example.com") == []
        support.open("/admin/invite").submit(email="new@example.com", reason="hired")
        assert "The invitation was mailed." in support.text

    def test_who_has_an_account_is_not_invited(self, owner: Browser) -> None:
        owner.open("/admin/invite").submit(email=EMAIL, reason="hired")

        assert owner.status == 422
        assert owner.find("#email-error")

    @pytest.mark.parametrize("role", [Role.AUDITOR, Role.CLIENT_MANAGER])
    def test_others_invite_nobody(self, arrive: Arrive, role: Role) -> None:
        assert arrive(role).open("/admin/invite").status == 403
