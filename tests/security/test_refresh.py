"""A refresh token goes on with what was allowed: no further, no longer, and for nobody else."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from idp.accounts import disable, factors
from idp.extensions import db, transaction
from idp.grants import consent
from idp.models import TotpCredential, User
from tests.http.oauth.conftest import refused
from tests.security.world import World
from tests.support import provider
from tests.support.relying_party import RelyingParty, claims

SCOPE = "openid email offline_access"


@pytest.fixture(scope="module")
def spa(world: World) -> RelyingParty:
    return world.a.client("spa", trusted=True)


@pytest.fixture(scope="module")
def lossy(world: World) -> RelyingParty:
    return world.a.client("spa", client_name="Lossy", refresh_grace=20, trusted=True)


@pytest.fixture
def user(world: World, request: pytest.FixtureRequest) -> User:
    return world.a.user(f"{abs(hash(request.node.name))}@example.com")


@pytest.fixture
def token(world: World, user: User, spa: RelyingParty) -> str:
    return str(world.approver(user).tokens(spa, scope=SCOPE)["refresh_token"])


def renewed(rp: RelyingParty, token: str) -> str:
    return str(rp.refresh(token).json["refresh_token"])


def test_generations_are_counted_and_not_timed(spa: RelyingParty, token: str) -> None:
    """A81: the clock stands still, and the older token is reuse all the same."""
    second = renewed(spa, token)
    third = renewed(spa, second)

    refused(spa.refresh(second), 400, "invalid_grant")

    refused(spa.refresh(third), 400, "invalid_grant")


def test_the_grace_is_for_the_immediate_predecessor(world, user, lossy) -> None:
    """A81: the one before it ends the family, also within the grace."""
    first = world.approver(user).tokens(lossy, scope=SCOPE)["refresh_token"]
    second = renewed(lossy, first)
    third = renewed(lossy, second)

    refused(lossy.refresh(first), 400, "invalid_grant")

    for dead in (second, third):
        refused(lossy.refresh(dead), 400, "invalid_grant")


def test_what_was_revoked_has_no_grace(world, user, lossy) -> None:
    """A81."""
    first = world.approver(user).tokens(lossy, scope=SCOPE)["refresh_token"]
    second = renewed(lossy, first)
    fields = {"token": second, "client_id": lossy.client_id}
    assert lossy.client.post("/revoke", data=fields).status_code == 200

    for dead in (first, second):
        refused(lossy.refresh(dead), 400, "invalid_grant")


@pytest.mark.parametrize("shift", [-3_600, 3_600])
def test_a_spent_token_stays_spent_whatever_the_clock_says(world, spa, token, shift) -> None:
    """A82."""
    renewed(spa, token)
    world.clock.advance(seconds=shift)

    refused(spa.refresh(token), 400, "invalid_grant")

    world.clock.advance(seconds=-shift)


def test_a_spent_token_stays_spent_after_a_restart(world: World, spa, token: str) -> None:
    """A82: nothing of it was in a process."""
    renewed(spa, token)
    again = provider.build(world.app.extensions["idp.settings"])
    try:
        there = RelyingParty(again.test_client(), spa.issuer, spa.client_id)
        refused(there.refresh(token), 400, "invalid_grant")
    finally:
        provider.dispose(again)


def another_client(world: World, user: User, rp: RelyingParty, token: str) -> None:
    thief = world.a.client("spa", client_name="Thief")
    refused(thief.refresh(token), 400, "invalid_grant")
    assert rp.refresh(token).status_code == 200


def wider_scope(world: World, user: User, rp: RelyingParty, token: str) -> None:
    for scope in ("openid profile", f"{SCOPE} profile", "OPENID", "openid,email"):
        refused(rp.refresh(token, scope=scope), 400, "invalid_scope")
    assert rp.refresh(token).status_code == 200


def user_disabled(world: World, user: User, rp: RelyingParty, token: str) -> None:
    with world.app.app_context(), transaction():
        disable.disable(db.session.get_one(User, user.id))
    refused(rp.refresh(token), 400, "invalid_grant")


def consent_withdrawn(world: World, user: User, rp: RelyingParty, token: str) -> None:
    with world.app.app_context(), transaction():
        consent.withdraw(user.id, rp.client_id)
    refused(rp.refresh(token), 400, "invalid_grant")


def factor_removed(world: World, user: User, rp: RelyingParty, token: str) -> None:
    world.a.phone(user)
    hers = select(TotpCredential.id).where(TotpCredential.user_id == user.id)
    with world.app.app_context(), transaction():
        credential_id = db.session.scalars(hers).one()
        gone = factors.remove_totp(db.session.get_one(User, user.id), credential_id)
        assert gone is factors.Removal.DONE
    refused(rp.refresh(token), 400, "invalid_grant")


@pytest.mark.parametrize(
    "change", [another_client, wider_scope, user_disabled, consent_withdrawn, factor_removed]
)
def test_it_ends_with_what_it_rests_on(world, user, spa, token, change) -> None:
    """A83."""
    change(world, user, spa, token)


def test_it_never_says_more_than_the_sign_in(world: World, user: User, spa) -> None:
    """A84: a second factor that was proven since, elsewhere, is not in it."""
    weak = world.approver(user, acr="urn:idp:loa:1fa", amr=("pwd",))
    tokens = weak.tokens(spa, scope=SCOPE)
    before = claims(tokens["id_token"])
    world.clock.advance(minutes=5)
    world.approver(user).tokens(spa, scope=SCOPE)

    answered = spa.refresh(
        tokens["refresh_token"], acr_values="urn:idp:loa:2fa", max_age="0", claims='{"id_token":{}}'
    ).json

    after, access = claims(answered["id_token"]), claims(answered["access_token"])
    for name in ("acr", "amr", "auth_time", "sub", "iss", "aud"):
        assert after[name] == before[name], name
    assert "nonce" not in after
    assert (access["acr"], access["amr"]) == ("urn:idp:loa:1fa", ["pwd"])
    assert access["auth_time"] == before["auth_time"]
