"""Resource indicators: only registered resources, and a token names the one it is for."""

import pytest

from tests.http.oauth.conftest import error_of, refused
from tests.support.relying_party import claims
from tests.support.spec_matrix import spec

API = "https://api.example/v1"
OTHER = "https://other.example"


@pytest.fixture
def rp(a):
    return a.client(resources=[API, OTHER])


@spec("RFC 8707", "2")
def test_an_unknown_resource_is_an_invalid_target(rp):
    for resource in ("https://evil.example", API + "/", API + "#x", "/v1", "x", '"', API.upper()):
        assert error_of(rp, resource=resource) == "invalid_target", resource
    assert error_of(rp, resource=API) == "login_required"


@spec("RFC 8707", "2.1")
def test_several_may_be_asked_for(rp, judged):
    assert judged(rp, resource=[API, OTHER, API]).resource == (API, OTHER)


@spec("RFC 8707", "2.2")
def test_a_token_is_for_what_was_approved_or_less(rp, approve):
    tokens = approve.tokens(rp, resource=API, scope="profile")

    assert claims(tokens["access_token"])["aud"] == API
    same = rp.refresh(tokens["refresh_token"], resource=API)
    assert claims(same.json["access_token"])["aud"] == API
    refused(rp.refresh(tokens["refresh_token"], resource=OTHER), 400, "invalid_target")


@spec("RFC 8707", "2.2")
def test_a_wrong_resource_does_not_spend_the_code(rp, approve):
    code = approve.code(rp, resource=API)

    refused(rp.exchange(code, resource=OTHER), 400, "invalid_target")

    assert rp.exchange(code, resource=API).status_code == 200


@spec("RFC 9068", "3")
def test_with_openid_the_token_is_good_for_userinfo_too(rp, approve):
    token = approve.tokens(rp, resource=API)["access_token"]

    assert claims(token)["aud"] == [API, rp.issuer]
    assert rp.userinfo(token).status_code == 200


@spec("RFC 8707", "2.2")
def test_a_machine_asks_at_the_token_endpoint(a):
    machine = a.client("machine", resources=[API])

    answer = machine.token(grant_type="client_credentials", resource=API)

    assert claims(answer.json["access_token"])["aud"] == API
    refused(machine.token(grant_type="client_credentials", resource=OTHER), 400, "invalid_target")
