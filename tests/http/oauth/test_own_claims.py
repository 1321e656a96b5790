"""Groups, roles and claims of a deployment's own: told by scope, and never in the protocol's name
(R66).
"""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import update

from idp.accounts.custom_claims import definitions, names, values
from idp.accounts.custom_claims.definition import Definition, ProposedClaim
from idp.accounts.groups import members, store
from idp.accounts.groups.proposed import KnownGroup, ProposedGroup
from idp.accounts.invalid import Invalid
from idp.cache import changed
from idp.clients import register, registry
from idp.extensions import db, transaction
from idp.models import ClaimDefinition, User
from tests.http.oauth.conftest import refused
from tests.support.relying_party import claims
from tests.support.statements import recorded

EVERYTHING = "openid profile email groups roles acme offline_access"


@pytest.fixture
def rp(a):
    return a.client(scope=EVERYTHING)


@pytest.fixture
def own(app):
    """Defines a claim."""

    def define(name: str = "department", **more: Any) -> Definition:
        with app.app_context(), transaction():
            made = definitions.define(ProposedClaim(name=name, **({"scope": "acme"} | more)))
        assert isinstance(made, Definition), made
        return made

    return define


@pytest.fixture
def group(app):
    """Makes a group with these people in it."""

    def make(name: str, *users: User, roles: tuple[str, ...] = ()) -> KnownGroup:
        with app.app_context(), transaction():
            made = store.create(ProposedGroup(name=name, display_name=name.title(), roles=roles))
            assert isinstance(made, KnownGroup)
            for user in users:
                assert members.add(made, user)
        return made

    return make


@pytest.fixture
def put(app):
    """Gives somebody these values."""

    def give(user: User, **given: Any) -> Invalid | bool:
        with app.app_context(), transaction():
            return values.put(db.session.get_one(User, user.id), given, reason="a test")

    return give


def told(rp, approve, scope, **more):
    return rp.userinfo(approve.tokens(rp, scope=scope, **more)["access_token"]).json


def test_each_scope_tells_its_claims_and_no_others(rp, approve, own, group, put):
    own()
    group("staff", approve.user, roles=("editor", "author"))
    group("board", approve.user, roles=("editor",))
    group("guests")
    put(approve.user, department="Physics")
    sub = approve.user.sub

    assert told(rp, approve, "openid") == {"sub": sub}
    assert told(rp, approve, "openid groups") == {"sub": sub, "groups": ["board", "staff"]}
    assert told(rp, approve, "openid roles") == {"sub": sub, "roles": ["author", "editor"]}
    assert told(rp, approve, "openid acme") == {"sub": sub, "department": "Physics"}


def test_who_has_none_is_told_of_without_empty_claims(rp, approve, own):
    own()

    assert told(rp, approve, "openid groups roles acme") == {"sub": approve.user.sub}


def test_a_client_is_told_nothing_that_its_registration_does_not_allow(a, approve, own, put):
    own()
    put(approve.user, department="Physics")
    rp = a.client(scope="openid")
    asked = json.dumps({"userinfo": {"department": None, "groups": None}})

    assert told(rp, approve, "openid acme groups roles", claims=asked) == {"sub": approve.user.sub}


def test_a_single_claim_can_be_asked_for_and_lands_where_it_was_asked(rp, approve, own, put, group):
    own(), own("site", multiple=True)
    put(approve.user, department="Physics", site=["Jena", "Bonn"])
    group("staff", approve.user)
    asked = json.dumps(
        {
            "id_token": {"department": None, "groups": None},
            "userinfo": {"site": {"essential": True}},
        }
    )

    tokens = approve.tokens(rp, scope="openid", claims=asked)

    told_at_once = claims(tokens["id_token"])
    assert (told_at_once["department"], told_at_once["groups"]) == ("Physics", ["staff"])
    assert "site" not in told_at_once
    assert rp.userinfo(tokens["access_token"]).json["site"] == ["Jena", "Bonn"]


def test_the_id_token_tells_what_the_registration_says_as_far_as_the_scopes_reach(
    a, approve, own, put, group
):
    own()
    put(approve.user, department="Physics")
    group("staff", approve.user)
    rp = a.client(scope=EVERYTHING, id_token_claims=["department", "groups", "email", "sub", "no"])

    everything = approve.tokens(rp, scope="openid acme groups email")
    assert (
        claims(everything["id_token"]).items()
        >= {
            "department": "Physics",
            "groups": ["staff"],
            "email": "ann@example.com",
        }.items()
    )
    narrowed = rp.refresh(everything["refresh_token"], scope="openid groups").json
    assert {"department", "email"}.isdisjoint(claims(narrowed["id_token"]))
    assert claims(narrowed["id_token"])["groups"] == ["staff"]
    assert "department" not in claims(approve.tokens(rp, scope="openid")["id_token"])


def test_discovery_tells_what_is_there_now(app, client, own):
    own()

    document = client.get("/.well-known/openid-configuration").json

    assert {"groups", "roles", "acme"} <= set(document["scopes_supported"])
    assert {"groups", "roles", "department"} <= set(document["claims_supported"])
    with app.app_context(), transaction():
        definitions.remove("department")
    document = client.get("/.well-known/openid-configuration").json
    assert "acme" not in document["scopes_supported"]
    assert "department" not in document["claims_supported"]


def test_what_a_name_meant_before_is_not_told_under_it(app, rp, approve, own, put):
    own()
    put(approve.user, department="Physics")
    with app.app_context(), transaction():
        definitions.remove("department")
    assert "department" not in told(rp, approve, "openid acme")
    own()

    assert "department" not in told(rp, approve, "openid acme")


def test_a_scope_that_grows_opens_nothing_more_to_tokens_from_before(rp, approve, own, put):
    own()
    put(approve.user, department="Physics")
    before = approve.tokens(rp, scope="openid acme offline_access")
    own("salary", type="number")
    put(approve.user, department="Physics", salary=9)

    refreshed = rp.refresh(before["refresh_token"]).json["access_token"]

    assert "salary" not in rp.userinfo(refreshed).json
    assert told(rp, approve, "openid acme")["salary"] == 9


def test_a_value_that_its_definition_refuses_by_now_is_not_told(app, rp, approve, own, put):
    before = own()
    put(approve.user, department="Physics")
    with app.app_context(), transaction():
        version = definitions.version_of(before)
        proposed = ProposedClaim(name="department", scope="acme", schema={"enum": ["Maths"]})
        assert isinstance(definitions.change("department", version, proposed), Definition)

    assert "department" not in told(rp, approve, "openid acme")


@pytest.mark.parametrize(
    ("defined", "good", "bad"),
    [
        ({}, "Physics", ["Physics"]),
        ({}, "x", ""),
        ({"type": "number"}, 4.5, True),
        ({"type": "number"}, 4, "4"),
        ({"type": "boolean"}, False, 0),
        ({"multiple": True}, ["a", "b"], "a"),
        ({"multiple": True}, ["a"], []),
        ({"schema": {"enum": ["red", "blue"]}}, "red", "green"),
        ({"type": "number", "schema": {"minimum": 0, "maximum": 9}}, 9, 10),
        (
            {
                "type": "object",
                "schema": {
                    "properties": {"room": {"type": "string"}},
                    "required": ["room"],
                    "additionalProperties": False,
                },
            },
            {"room": "4.11"},
            {"room": "4.11", "role": "owner"},
        ),
        ({"schema": {"maxLength": 3}}, "abc", "abcd"),
    ],
)
def test_values_have_to_match_what_was_defined(app, a, own, put, defined, good, bad):
    own("thing", **defined)
    user = a.user()

    assert put(user, thing=good) is True
    assert isinstance(put(user, thing=bad), Invalid)
    assert isinstance(put(user, thing="x" * 5000), Invalid)
    with app.app_context():
        assert values.of(db.session.get_one(User, user.id)) == {"thing": good}


# --- R66: nothing of the protocol's, and nothing that has a place of its own ---------------------


RESERVED = st.sampled_from(sorted(names.PROTOCOL | names.STANDARD))


@given(RESERVED.flatmap(lambda name: st.sampled_from([name, name.upper(), name.title()])))
def test_no_name_of_the_protocol_can_be_defined(name: str) -> None:
    assert names.name_problem(name) is not None


@pytest.mark.parametrize(
    "scope", ["openid", "profile", "Email", "groups", "admin:users", "a b", ""]
)
def test_a_scope_whose_meaning_is_settled_releases_nothing_else(app, scope):
    with app.app_context(), transaction():
        made = definitions.define(ProposedClaim(name="department", scope=scope))
    assert isinstance(made, Invalid)
    assert "scope" in made.problems


def test_every_claim_that_is_issued_is_reserved(client, rp, approve):
    """Whoever adds a claim to a token has to reserve its name."""
    tokens = approve.tokens(rp, scope=EVERYTHING, nonce="n")
    issued = {*claims(tokens["id_token"]), *claims(tokens["access_token"])}
    asked = {"token": tokens["access_token"]}
    issued |= {*rp.client.post("/introspect", data=asked, headers=rp.basic()).json}
    issued |= {*client.get("/.well-known/openid-configuration").json["claims_supported"]}

    assert {name for name in issued if names.name_problem(name) is None} == set()


@pytest.mark.parametrize("name", ["sub", "iss", "acr", "amr", "email_verified", "groups"])
def test_a_row_that_came_into_the_table_otherwise_changes_nothing(app, rp, approve, own, put, name):
    """Somebody's hand in the database, or a name that a later version reserves."""
    made = own()
    put(approve.user, department="Mallory")
    honest = told(rp, approve, "openid email acme"), approve.tokens(rp, scope="openid acme")
    with app.app_context(), transaction():
        db.session.execute(
            update(ClaimDefinition).where(ClaimDefinition.id == made.id).values(name=name)
        )
        changed(definitions.CACHE_NAME)

    forged = told(rp, approve, "openid email acme")

    assert forged == {name: value for name, value in honest[0].items() if name != "department"}
    assert claims(approve.tokens(rp)["id_token"])["sub"] == claims(honest[1]["id_token"])["sub"]


def test_values_without_a_definition_cannot_be_set(app, a, put):
    user = a.user()
    for name in ("sub", "acr", "groups", "department"):
        assert isinstance(put(user, **{name: "x"}), Invalid)


# --- what it costs ---------------------------------------------------------------------------


def test_groups_are_looked_up_only_where_a_scope_asks(app, rp, approve, own, group, put):
    own()
    group("staff", approve.user)
    put(approve.user, department="Physics")
    plain = approve.tokens(rp, scope="openid email acme")["access_token"]
    asking = approve.tokens(rp, scope="openid groups roles")["access_token"]
    rp.userinfo(plain), rp.userinfo(asking)
    with app.app_context():
        engine = db.engine

    def statements(token):
        with recorded(engine) as record:
            assert rp.userinfo(token).status_code == 200
        return [one for one in record.statements if "FROM cache_versions" not in one]

    assert len(statements(plain)) == 1
    assert len(statements(asking)) == 2


# --- apps that admit members only ------------------------------------------------------------


def test_who_leaves_the_groups_of_an_app_before_it_comes_for_its_tokens_is_out(
    app, a, approve, group
):
    staff = group("staff", approve.user)
    native = {"redirect_uris": ["http://127.0.0.1/cb"], "allowed_groups": ["staff"]}
    rp, tv = a.client(allowed_groups=["staff"]), a.client("native", **native)
    code = approve.code(rp)
    asked = tv.client.post(
        "/device_authorization",
        data={"client_id": tv.client_id, "scope": "openid"},
        base_url=tv.issuer,
    ).json
    approve.let_in(asked["user_code"])

    with app.app_context(), transaction():
        assert members.remove(staff, approve.user)

    grant = "urn:ietf:params:oauth:grant-type:device_code"
    refused(rp.exchange(code), 400, "invalid_grant")
    refused(tv.token(grant_type=grant, device_code=asked["device_code"]), 400, "invalid_grant")


def test_who_leaves_the_groups_of_an_app_refreshes_nothing_more(app, a, approve, group):
    staff = group("staff", approve.user)
    rp = a.client(allowed_groups=["staff"])
    token = approve.tokens(rp)["refresh_token"]
    assert rp.refresh(token).status_code == 200
    with app.app_context(), transaction():
        assert members.remove(staff, approve.user)

    refused(rp.refresh(token), 400, "invalid_grant")


def test_a_group_that_is_not_there_admits_nobody_so_it_is_refused(app, a):
    rp = a.client()
    with app.app_context(), transaction():
        client = registry.read(rp.client_id)
        from idp.clients import document

        proposed = document.from_document(document.as_document(client) | {"allowed_groups": ["x"]})
        answered = register.change(rp.client_id, register.version_of(client), proposed)
    assert answered.problems == {"allowed_groups": "there is no group 'x'"}


def test_a_group_that_an_app_admits_stays(app, a, group):
    group("staff")
    a.client(allowed_groups=["staff"], client_name="Payroll")
    with app.app_context(), transaction():
        assert store.remove("staff") == store.InUse(("Payroll",))
