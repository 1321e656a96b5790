"""Introspection: the whole truth about a live token to whom it concerns, and nothing otherwise."""

import pytest

from idp.clients import register
from idp.extensions import transaction
from tests.http.oauth.conftest import refused
from tests.support.relying_party import claims
from tests.support.spec_matrix import spec

API = "https://api.example/"
INACTIVE = {"active": False}


def introspect(rp, token, headers=None, **fields):
    headers = rp.basic() if headers is None else headers
    data = {"token": token} | fields
    return rp.client.post("/introspect", data=data, headers=headers, base_url=rp.issuer)


@pytest.fixture
def tokens(rp, approve):
    return approve.tokens(rp)


@pytest.fixture
def api(a):
    """A resource server: a client that registered which resource it is."""
    return a.client("machine", resource=API)


@spec("RFC 7662", "2.2")
@spec("RFC 9068", "2.2.1")
@spec("RFC 9470", "6.2")
def test_a_live_token_is_told_with_the_facts_of_its_sign_in(rp, tokens):
    inside = claims(tokens["access_token"])

    answer = introspect(rp, tokens["access_token"])

    assert answer.json == {
        "active": True,
        "token_type": "Bearer",
        "scope": "openid",
        "client_id": rp.client_id,
        "iss": rp.issuer,
        "acr": "urn:idp:loa:2fa",
        "amr": ["pwd", "otp", "mfa"],
        **{name: inside[name] for name in ("sub", "aud", "exp", "iat", "jti", "auth_time", "sid")},
    }
    assert answer.headers["Cache-Control"] == "no-store"


@spec("RFC 7662", "2.2")
def test_a_token_for_the_client_itself_has_no_user(a):
    machine = a.client("machine", scope="reports:read")
    token = machine.token(grant_type="client_credentials").json["access_token"]

    told = introspect(machine, token).json

    assert (told["active"], told["sub"]) == (True, machine.client_id)
    assert not {"sid", "acr", "auth_time"} & set(told)


@spec("RFC 7662", "2.1")
@spec("RFC 7662", "4")
def test_a_resource_server_is_told_about_tokens_for_it_and_no_others(a, api, approve):
    rp = a.client(resources=[API, "https://other.example/"])
    for_it = approve.tokens(rp, resource=API)["access_token"]
    elsewhere = approve.tokens(rp, resource="https://other.example/")["access_token"]
    for_nobody = approve.tokens(rp)["access_token"]

    assert introspect(api, for_it).json["active"] is True
    assert introspect(api, elsewhere).json == INACTIVE
    assert introspect(api, for_nobody).json == INACTIVE


@spec("RFC 7662", "2.2")
def test_what_concerns_another_client_is_inactive(a, tokens):
    """A86."""
    other = a.client()

    for kind in ("access_token", "refresh_token"):
        assert introspect(other, tokens[kind]).json == INACTIVE


@spec("RFC 7662", "2.2")
def test_what_is_no_token_is_inactive(rp, tokens, approve):
    """A79, A86: values of other kinds, ours and strangers'."""
    strangers = ["x", "rt_x", "a.b.c", "e30.e30.", "A" * 9_000, rp.client_secret, rp.client_id]
    ours = [tokens["id_token"], approve.code(rp), tokens["access_token"][:-4] + "AAAA"]

    for value in [*strangers, *ours]:
        answer = introspect(rp, value)
        assert (answer.status_code, answer.json) == (200, INACTIVE)


@spec("RFC 7662", "2.1")
def test_a_refresh_token_cannot_pass_for_an_access_token(rp, tokens, api):
    told = introspect(rp, tokens["refresh_token"], token_type_hint="access_token").json

    assert told["active"] is True
    assert told["client_id"] == rp.client_id
    assert not {"token_type", "aud", "jti"} & set(told)
    assert introspect(api, tokens["refresh_token"]).json == INACTIVE


@spec("RFC 7662", "2.1")
@pytest.mark.parametrize("hint", ["refresh_token", "pet", "é"])
def test_a_hint_may_be_wrong_or_unknown(rp, tokens, hint):
    answer = introspect(rp, tokens["access_token"], token_type_hint=hint)

    assert answer.json["active"] is True


def expired(rp, tokens, approve, clock):
    clock.advance(minutes=10)


def revoked(rp, tokens, approve, clock):
    rp.client.post("/revoke", data={"token": tokens["refresh_token"]}, headers=rp.basic())


def user_disabled(rp, tokens, approve, clock):
    approve.disable_user()


def session_ended(rp, tokens, approve, clock):
    approve.end_session()


@spec("RFC 7662", "2.2")
@pytest.mark.parametrize("happens", [expired, revoked, user_disabled, session_ended])
def test_an_access_token_dies_with_what_it_rests_on(rp, tokens, approve, clock, happens):
    happens(rp, tokens, approve, clock)

    assert introspect(rp, tokens["access_token"]).json == INACTIVE


@spec("RFC 7662", "2.2")
@pytest.mark.parametrize("happens", [revoked, user_disabled, session_ended])
def test_a_refresh_token_dies_with_what_it_rests_on(rp, tokens, approve, clock, happens):
    happens(rp, tokens, approve, clock)

    assert introspect(rp, tokens["refresh_token"]).json == INACTIVE


def test_a_refresh_token_dies_of_idleness_and_of_rotation(rp, spa, a, app, tokens, approve, clock):
    rotating = a.client(rotate_refresh_tokens=True)
    old = approve.tokens(rotating)["refresh_token"]
    new = rotating.refresh(old).json["refresh_token"]

    assert introspect(rotating, old).json == INACTIVE
    assert introspect(rotating, new).json["active"] is True
    clock.advance(days=15)
    assert introspect(rotating, new).json == INACTIVE


def test_the_tokens_of_a_disabled_client_are_inactive(a, app, api, approve):
    rp = a.client(resources=[API])
    token = approve.tokens(rp, resource=API)["access_token"]
    with app.app_context(), transaction():
        register.disable(rp.client_id)

    assert introspect(api, token).json == INACTIVE


@spec("RFC 7662", "2.1")
@spec("RFC 7662", "2.3")
def test_only_a_client_that_proves_itself_is_told(rp, spa, tokens, approve):
    own = approve.tokens(spa)["access_token"]

    for answer in (
        introspect(rp, tokens["access_token"], {}),
        introspect(rp, tokens["access_token"], {}, client_id=rp.client_id),
        introspect(rp, tokens["access_token"], {"Authorization": "Bearer x"}),
        introspect(spa, own, {}, client_id=spa.client_id),
    ):
        refused(answer, 401, "invalid_client")


def test_the_secret_may_come_in_the_body(rp, tokens):
    fields = {"client_id": rp.client_id, "client_secret": rp.client_secret}

    assert introspect(rp, tokens["access_token"], {}, **fields).json["active"] is True


@spec("RFC 7662", "2.1")
def test_without_a_token_the_request_is_invalid(rp):
    refused(introspect(rp, ""), 400, "invalid_request")


@spec("RFC 7662", "2.1")
def test_only_post_introspects(rp, tokens):
    answer = rp.client.get(f"/introspect?token={tokens['access_token']}", headers=rp.basic())

    refused(answer, 405, "invalid_request")
    assert answer.headers["Allow"] == "POST"


def test_pages_of_other_origins_are_not_answered(rp, tokens):
    answer = introspect(rp, tokens["access_token"])

    assert "Access-Control-Allow-Origin" not in answer.headers
    assert rp.client.options("/introspect").status_code == 405


def test_failures_have_a_limit_of_their_own(rp, tokens, records):
    """R36."""
    wrong = {"Authorization": "Basic bm9ib2R5Ong="}
    answers = [introspect(rp, "x", wrong).status_code for _ in range(31)]

    assert answers == [401] * 30 + [429]
    assert records.events("client_request_refused")[0].details["endpoint"] == "introspection"
    assert rp.token(wrong, grant_type="client_credentials").status_code == 401


@spec("RFC 8414", "2")
def test_discovery_names_the_endpoint_and_how_clients_prove_themselves(rp):
    document = rp.client.get("/.well-known/openid-configuration").json

    assert document["introspection_endpoint"] == f"{rp.issuer}/introspect"
    assert "none" not in document["introspection_endpoint_auth_methods_supported"]
    assert "client_secret_basic" in document["introspection_endpoint_auth_methods_supported"]
