"""What is known about a person never speaks for the provider."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from idp.accounts import create
from idp.accounts.claims import OWN, TYPES
from idp.accounts.invalid import Invalid
from idp.extensions import db, transaction
from idp.models import User
from tests.security.world import World
from tests.support.relying_party import RelyingParty, claims

RESERVED = [
    *("iss", "sub", "aud", "exp", "iat", "nbf", "jti", "nonce", "azp", "at_hash", "c_hash"),
    *("acr", "amr", "auth_time", "sid", "fam", "client_id", "scope", "events", "cnf", "typ"),
    *("email_verified", "updated_at", "role", "groups", "admin", "_claim_names", "act"),
]
EVERYTHING = "openid profile email address phone"


@pytest.fixture(scope="module")
def rp(world: World) -> RelyingParty:
    return world.a.client(trusted=True)


@pytest.fixture(scope="module")
def ann(world: World) -> User:
    return world.a.user()


@pytest.mark.parametrize("name", RESERVED)
def test_no_account_is_made_with_a_claim_of_the_protocol(world: World, name: str) -> None:
    """A96, A47: refused at the door."""
    with world.app.app_context():
        made = create.create_user("forged@example.com", "Forged", claims={name: "forged"})
        db.session.rollback()

    assert isinstance(made, Invalid), name


def said_about(world: World, rp: RelyingParty, ann: User, carried: dict[str, object]):
    """ID token, access token and UserInfo of somebody whose row holds this, past every door."""
    with world.app.app_context(), transaction():
        db.session.get_one(User, ann.id).claims = carried
    asked = '{"id_token":{"acr":null,"email_verified":null,"role":null},"userinfo":{"role":null}}'
    tokens = world.approver(ann).tokens(rp, scope=EVERYTHING, claims=asked)
    userinfo = rp.userinfo(tokens["access_token"]).json
    return claims(tokens["id_token"]), claims(tokens["access_token"]), userinfo


def test_nothing_in_the_row_fills_a_claim_of_the_protocol(world, rp, ann) -> None:
    """A96, R66: filtered at issue too."""
    plain = said_about(world, rp, ann, {})
    forged = said_about(world, rp, ann, dict.fromkeys(RESERVED, "forged"))

    changing = {"iat", "exp", "jti", "fam", "sid", "at_hash", "nonce", "auth_time"}
    for before, after in zip(plain, forged, strict=True):
        assert set(after) == set(before)
        assert "forged" not in after.values()
        kept = set(before) - changing
        assert {name: after[name] for name in kept} == {name: before[name] for name in kept}


JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-9, 9) | st.text(max_size=9),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner),
    max_leaves=5,
)


@settings(
    max_examples=40,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(carried=st.dictionaries(st.sampled_from([*RESERVED, *TYPES]) | st.text(max_size=8), JSON))
def test_whatever_the_row_holds_only_standard_claims_leave(world, rp, ann, carried) -> None:
    """A96."""
    carried = {name.replace("\0", ""): value for name, value in carried.items()}

    identity, access, userinfo = said_about(world, rp, ann, carried)

    assert identity["sub"] == access["sub"] == userinfo["sub"] == ann.sub
    assert identity["iss"] == access["iss"] == world.issuer
    assert (identity["acr"], identity["amr"]) == ("urn:idp:loa:2fa", ["pwd", "otp", "mfa"])
    assert set(userinfo) <= {"sub", *OWN, *TYPES}
    assert userinfo["email_verified"] is True
