"""Bearer tokens at UserInfo: how they may come, and what is said when they don't."""

import pytest

from tests.support.spec_matrix import spec


@pytest.fixture
def token(rp, approve):
    return approve.tokens(rp)["access_token"]


def get(rp, **headers):
    return rp.client.get("/userinfo", headers=headers)


@spec("RFC 6750", "2.1")
def test_the_scheme_is_case_insensitive(rp, token):
    for scheme in ("Bearer", "bearer", "BEARER"):
        assert get(rp, Authorization=f"{scheme} {token}").status_code == 200


@spec("RFC 6750", "2.1")
def test_a_post_may_carry_the_token_in_its_header(rp, token):
    response = rp.client.post("/userinfo", headers={"Authorization": f"Bearer {token}"})

    assert response.status_code == 200


@spec("RFC 6750", "2.2")
def test_a_post_may_carry_the_token_in_its_body(rp, token):
    assert rp.client.post("/userinfo", data={"access_token": token}).status_code == 200


@spec("RFC 6750", "2.3")
@spec("RFC 6750", "5.3")
def test_the_query_never_counts(rp, token):
    response = rp.client.get(f"/userinfo?access_token={token}")

    assert response.status_code == 401


@spec("RFC 6750", "2")
def test_two_tokens_are_one_too_many(rp, token):
    headers = {"Authorization": f"Bearer {token}"}

    response = rp.client.post("/userinfo", data={"access_token": token}, headers=headers)

    assert response.status_code == 400
    assert response.json["error"] == "invalid_request"


@spec("RFC 6750", "3.1")
def test_without_a_token_only_the_scheme_is_told(rp):
    for headers in ({}, {"Authorization": "Basic Zm9vOmJhcg=="}):
        response = get(rp, **headers)

        assert response.status_code == 401
        challenge = response.headers["WWW-Authenticate"]
        assert challenge.startswith('Bearer realm="userinfo", DPoP algs="')
        assert "error" not in challenge
        assert response.json == {}


GARBAGE = ["x", "a.b.c", "é", "." * 100, "e30.e30.", "A" * 9_000, '"', "eyJhbGciOiJub25lIn0.e30."]


@spec("RFC 6750", "3")
def test_a_bad_token_is_invalid_token(rp):
    for garbage in GARBAGE:
        response = rp.client.post("/userinfo", data={"access_token": garbage})

        assert response.status_code == 401
        assert response.json["error"] == "invalid_token"
        assert response.headers["WWW-Authenticate"] == (
            'Bearer realm="userinfo", error="invalid_token", '
            'error_description="The access token is malformed, expired or revoked."'
        )


@spec("RFC 6750", "3.1")
def test_a_token_without_openid_has_insufficient_scope(rp, approve):
    token = approve.tokens(rp, scope="profile")["access_token"]

    response = rp.userinfo(token)

    assert response.status_code == 403
    assert response.headers["WWW-Authenticate"].endswith('scope="openid"')


@spec("RFC 6750", "3.1")
def test_an_expired_token_is_invalid(rp, token, clock):
    clock.advance(minutes=10)

    assert rp.userinfo(token).status_code == 401


def test_other_tokens_of_ours_are_no_access_tokens(rp, approve):
    code = approve.code(rp)
    tokens = approve.tokens(rp)

    for value in (tokens["id_token"], tokens["refresh_token"], code, rp.client_secret):
        assert rp.userinfo(value).status_code == 401
