"""Revocation: a client gives back what is its own, and hears the same whatever became of it."""

import pytest

from idp.models import DeniedToken
from tests.http.oauth.conftest import refused
from tests.support.relying_party import claims
from tests.support.spec_matrix import spec


def revoke(rp, token, headers=None, **fields):
    """As this client should."""
    data = {"token": token} | fields
    if headers is None:
        headers = rp.basic() if rp.client_secret else {}
    if not rp.client_secret:
        data.setdefault("client_id", rp.client_id)
    return rp.client.post("/revoke", data=data, headers=headers, base_url=rp.issuer)


@pytest.fixture
def tokens(rp, approve):
    return approve.tokens(rp)


def is_dead(rp, tokens):
    refresh = rp.refresh(tokens["refresh_token"])
    return (rp.userinfo(tokens["access_token"]).status_code, refresh.status_code) == (401, 400)


@spec("RFC 7009", "2.1")
@pytest.mark.parametrize("given_back", ["refresh_token", "access_token"])
def test_either_token_takes_the_pair_along(rp, tokens, records, given_back):
    """A85, R69."""
    response = revoke(rp, tokens[given_back])

    assert response.status_code == 200
    assert is_dead(rp, tokens)
    assert [family.revoked_because for family in records.families()] == ["revoked_by_client"]
    event = records.events("token_revoked")[0]
    assert (event.client_id, event.details["kind"]) == (rp.client_id, given_back)
    assert event.user_id == records.families()[0].user_id


@spec("RFC 7009", "2.1")
def test_a_rotated_refresh_token_takes_its_successor_along(spa, approve):
    old = approve.tokens(spa)
    new = spa.refresh(old["refresh_token"]).json

    assert revoke(spa, old["refresh_token"]).status_code == 200

    assert is_dead(spa, new)


@spec("RFC 7009", "2.1")
@spec("RFC 7009", "5")
def test_a_public_client_says_who_it_is_and_no_more(spa, approve):
    tokens = approve.tokens(spa)

    assert revoke(spa, tokens["refresh_token"]).status_code == 200

    assert is_dead(spa, tokens)


@spec("RFC 7009", "2.1")
def test_a_confidential_client_has_to_prove_itself(rp, tokens):
    without_secret = revoke(rp, tokens["refresh_token"], {}, client_id=rp.client_id)

    refused(without_secret, 401, "invalid_client")
    assert without_secret.headers["WWW-Authenticate"].startswith("Basic realm=")
    assert not is_dead(rp, tokens)


@spec("RFC 7009", "2.1")
@pytest.mark.parametrize("kind", ["refresh_token", "access_token"])
def test_the_token_of_another_client_is_left_alone(a, rp, tokens, records, kind):
    """A85."""
    other = a.client()

    response = revoke(other, tokens[kind])

    assert response.status_code == 200
    assert not is_dead(rp, tokens)
    assert records.events("token_revoked") == []


@spec("RFC 7009", "2.1")
@pytest.mark.parametrize("hint", ["access_token", "refresh_token", "pet", "", "é"])
def test_a_hint_may_be_wrong_or_unknown(rp, tokens, hint):
    assert revoke(rp, tokens["refresh_token"], token_type_hint=hint).status_code == 200

    assert is_dead(rp, tokens)


@spec("RFC 7009", "2.2")
def test_what_is_no_token_of_ours_is_as_good_as_revoked(rp, tokens, approve, clock):
    """A79: another kind of value does nothing here."""
    strangers = ["x", "rt_x", "a.b.c", "e30.e30.e30", "A" * 9_000, rp.client_secret]
    ours = [tokens["id_token"], approve.code(rp)]

    for value in [*strangers, *ours]:
        assert revoke(rp, value).status_code == 200

    assert not is_dead(rp, tokens)


@spec("RFC 7009", "2.2")
def test_a_second_time_is_no_error_and_no_event(rp, tokens, records):
    answers = [revoke(rp, tokens["refresh_token"]).status_code for _ in range(2)]

    assert answers == [200, 200]
    assert len(records.events("token_revoked")) == 1


def test_a_token_for_the_client_itself_is_denied_until_it_expires(a, records):
    machine = a.client("machine")
    token = machine.token(grant_type="client_credentials").json["access_token"]

    for _ in range(2):
        assert revoke(machine, token).status_code == 200

    assert records.count(DeniedToken) == 1
    assert len(records.events("token_revoked")) == 1
    introspected = machine.client.post(
        "/introspect", data={"token": token}, headers=machine.basic()
    )
    assert introspected.json == {"active": False}


def test_a_token_that_another_client_has_for_itself_is_left_alone(a, records):
    """A85, R69."""
    token = a.client("machine").token(grant_type="client_credentials").json["access_token"]

    assert revoke(a.client("machine"), token).status_code == 200

    assert records.count(DeniedToken) == 0
    assert records.events("token_revoked") == []


def test_a_denied_token_is_forgotten_when_it_has_expired(a, app, records, clock):
    from idp.jobs import purge

    machine = a.client("machine")
    revoke(machine, machine.token(grant_type="client_credentials").json["access_token"])

    with app.app_context():
        clock.advance(minutes=11)
        purge.run(clock.now())

    assert records.count(DeniedToken) == 0


@spec("RFC 7009", "2.2.1")
def test_without_a_token_the_request_is_invalid(rp):
    refused(revoke(rp, ""), 400, "invalid_request")


@spec("RFC 6749", "3.2")
def test_a_repeated_or_unreadable_field_is_invalid(rp, tokens):
    form = "application/x-www-form-urlencoded"

    for body in ("token=a&token=b", "token=%00", "token=%FF"):
        answer = rp.client.post("/revoke", data=body, content_type=form, headers=rp.basic())
        refused(answer, 400, "invalid_request")


@spec("RFC 7009", "2")
def test_only_post_revokes(rp, tokens):
    answer = rp.client.get(f"/revoke?token={tokens['refresh_token']}", headers=rp.basic())

    refused(answer, 405, "invalid_request")
    assert answer.headers["Allow"] == "POST, OPTIONS"
    assert not is_dead(rp, tokens)


@spec("RFC 7009", "2.3")
def test_a_page_of_another_origin_may_revoke(spa, approve):
    preflight = spa.client.options("/revoke")
    answer = revoke(spa, approve.tokens(spa)["refresh_token"])

    assert preflight.headers["Access-Control-Allow-Methods"] == "POST"
    for response in (preflight, answer):
        assert response.headers["Access-Control-Allow-Origin"] == "*"
        assert "Access-Control-Allow-Credentials" not in response.headers


def test_many_failures_are_answered_with_a_wait(rp, records):
    """R36."""
    wrong = {"Authorization": "Basic bm9ib2R5Ong="}
    answers = [revoke(rp, "x", wrong).status_code for _ in range(31)]

    assert answers == [401] * 30 + [429]
    refusals = records.events("client_request_refused")
    assert len(refusals) == 30
    assert refusals[0].details["endpoint"] == "revocation"


@spec("RFC 8414", "2")
def test_discovery_names_the_endpoint_and_how_clients_prove_themselves(rp):
    document = rp.client.get("/.well-known/openid-configuration").json

    assert document["revocation_endpoint"] == f"{rp.issuer}/revoke"
    assert "none" in document["revocation_endpoint_auth_methods_supported"]


def test_another_family_of_the_same_user_lives_on(rp, approve):
    first, second = approve.tokens(rp), approve.tokens(rp)

    revoke(rp, first["access_token"])

    assert is_dead(rp, first)
    assert not is_dead(rp, second)
    assert claims(first["access_token"])["fam"] != claims(second["access_token"])["fam"]
