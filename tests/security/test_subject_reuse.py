"""A subject is one person for ever: nobody inherits it with an address, and no token of it."""

from __future__ import annotations

from sqlalchemy import delete

from idp.extensions import db, transaction
from idp.models import User
from tests.security.world import World
from tests.support.factories import EMAIL
from tests.support.relying_party import claims


def test_whoever_gets_the_address_gets_no_subject_and_no_token(world: World) -> None:
    """A97: the row is gone, the address is somebody else's now."""
    rp, pairwise = world.a.client(trusted=True), world.a.client(subject_type="pairwise")
    before = world.a.user()
    approver = world.approver(before)
    tokens = approver.tokens(rp, scope="openid offline_access")
    code, old_pairwise = approver.code(rp), claims(approver.tokens(pairwise)["id_token"])["sub"]
    browser = world.signed_in(rp)
    with world.app.app_context(), transaction():
        db.session.execute(delete(User).where(User.id == before.id))

    after = world.a.user(EMAIL, name="Another Ann")

    assert (after.id, after.sub) != (before.id, before.sub)
    assert rp.userinfo(tokens["access_token"]).status_code == 401
    assert rp.refresh(tokens["refresh_token"]).json["error"] == "invalid_grant"
    assert rp.exchange(code).json["error"] == "invalid_grant"
    told = rp.client.post("/introspect", data={"token": tokens["access_token"]}, headers=rp.basic())
    assert told.json == {"active": False}
    assert browser.open("/account/").page == "sign-in"
    new = world.approver(after)
    assert claims(new.tokens(rp)["id_token"])["sub"] == after.sub
    assert claims(new.tokens(pairwise)["id_token"])["sub"] not in {old_pairwise, after.sub}


def test_a_hint_about_somebody_who_is_gone_signs_nobody_in(world: World) -> None:
    """A97, A60."""
    rp = world.a.client(trusted=True)
    gone = world.a.user("gone@example.com")
    hint = world.approver(gone).tokens(rp)["id_token"]
    with world.app.app_context(), transaction():
        db.session.execute(delete(User).where(User.id == gone.id))
    world.a.user("gone@example.com")

    browser = world.signed_in(rp, email="gone@example.com", id_token_hint=hint)

    assert (browser.left_for, browser.page) == (None, "sign-in")


def test_subjects_say_nothing_and_are_never_equal(world: World) -> None:
    """A97: random, 256 bit, and unlike the row's own name."""
    people = [world.a.user(f"person{number}@example.com") for number in range(20)]

    assert len({person.sub for person in people}) == 20
    assert all(len(person.sub) >= 43 and person.id not in person.sub for person in people)
