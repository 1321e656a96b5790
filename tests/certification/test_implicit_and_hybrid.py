"""Profiles "Implicit" and "Hybrid": tokens by the browser, where the deployment offers them."""

import secrets

import pytest

from tests.certification.tester import grant_types, half_hash
from tests.support.spec_matrix import spec

IMPLICIT = ["id_token", "id_token token"]
HYBRID = ["code id_token", "code token", "code id_token token"]


@pytest.fixture(params=IMPLICIT + HYBRID)
def response_type(request):
    return request.param


@pytest.fixture
def asking(dynamic, response_type):
    made = dynamic.register(response_types=[response_type], grant_types=grant_types(response_type))
    assert made.status_code == 201, made.text
    return dynamic


@spec("OIDC Core", "3.3.2.5")
def test_the_fragment_holds_what_was_asked_for_and_it_fits_together(asking, response_type):
    nonce = secrets.token_urlsafe(10)

    answer = asking.authorize(response_type=response_type, nonce=nonce)

    kinds = set(response_type.split())
    assert asking.page.url.fragment
    assert not asking.page.url.query
    assert ("code" in answer, "id_token" in answer, "access_token" in answer) == (
        "code" in kinds,
        "id_token" in kinds,
        "token" in kinds,
    )
    if "token" in kinds:
        assert answer["token_type"] == "Bearer"
        assert int(answer["expires_in"]) > 0
        assert asking.userinfo(answer["access_token"]).status_code == 200
    if "id_token" in kinds:
        claims = asking.claims(answer["id_token"], nonce)
        assert claims.get("c_hash") == (half_hash(answer["code"]) if "code" in kinds else None)
        expected = half_hash(answer["access_token"]) if "token" in kinds else None
        assert claims.get("at_hash") == expected
    if "code" in kinds:
        later = asking.claims(asking.exchange(answer["code"])["id_token"], nonce)
        if "id_token" in kinds:
            assert (later["iss"], later["sub"]) == (claims["iss"], claims["sub"])


@spec("OIDC Core", "3.2.2.1")
def test_without_a_nonce_there_is_no_id_token_in_front(asking, response_type):
    answer = asking.authorize(response_type=response_type, nonce=None)

    assert asking.page.url.fragment
    assert answer.get("error") == (
        "invalid_request" if "id_token" in response_type.split() else None
    )


@spec("OIDC Core", "5.4")
def test_claims_of_scopes_stand_in_the_id_token_when_it_comes_alone(asking, response_type):
    nonce = secrets.token_urlsafe(10)

    answer = asking.authorize(response_type=response_type, nonce=nonce, scope="openid email")

    if "id_token" in answer:
        claims = asking.claims(answer["id_token"], nonce)
        assert ("email" in claims) == (response_type == "id_token")


@spec("OIDC MRT", "5")
def test_errors_come_where_a_success_would(asking, response_type):
    answer = asking.authorize(response_type=response_type, prompt="none")

    assert asking.page.url.fragment
    assert answer["error"] == "login_required"
    assert answer["iss"] == asking.provider.issuer


@spec("OIDC Core", "3.1.2.1")
def test_the_words_of_a_response_type_have_no_order(asking, response_type):
    turned = " ".join(reversed(response_type.split()))

    assert asking.authorize(response_type=turned)["state"]


@spec("OIDC MRT", "2.1")
def test_the_query_is_no_place_for_tokens(asking, response_type):
    answer = asking.authorize(response_type=response_type, response_mode="query")

    assert answer["error"] == "invalid_request"
    assert asking.page.url.fragment
