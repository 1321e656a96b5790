"""Client credentials: a machine acts for itself, and nothing is written."""

import pytest

from tests.http.oauth.conftest import refused
from tests.support.relying_party import claims
from tests.support.spec_matrix import spec


@pytest.fixture
def machine(a):
    return a.client("machine", scope="reports:read reports:write openid profile")


@spec("RFC 6749", "4.4")
@spec("RFC 9068", "2.2")
def test_a_machine_gets_a_token_for_itself(machine):
    body = machine.token(grant_type="client_credentials", scope="reports:read").json

    said = claims(body["access_token"])
    assert set(body) == {"access_token", "token_type", "expires_in", "scope"}
    assert said["sub"] == said["client_id"] == machine.client_id
    assert said["scope"] == body["scope"] == "reports:read"
    assert not {"fam", "sid", "acr", "amr", "auth_time"} & set(said)


@spec("RFC 6749", "3.3")
def test_without_a_scope_it_gets_all_of_its_own(machine):
    body = machine.token(grant_type="client_credentials").json

    assert body["scope"] == "reports:read reports:write"


@spec("RFC 6749", "3.3")
def test_scopes_about_users_mean_nothing(machine):
    body = machine.token(grant_type="client_credentials", scope="openid profile reports:write").json

    assert body["scope"] == "reports:write"
    assert "id_token" not in body


@spec("RFC 6749", "3.3")
def test_nothing_left_is_refused(machine):
    for scope in ("openid", "REPORTS:READ", "nothing", '"', "\u00e9"):
        refused(machine.token(grant_type="client_credentials", scope=scope), 400, "invalid_scope")


@spec("RFC 6749", "3.3")
def test_ten_thousand_scopes_are_refused(machine):
    scope = " ".join(f"s{number}" for number in range(5_000))

    refused(machine.token(grant_type="client_credentials", scope=scope), 400, "invalid_scope")


@spec("RFC 6749", "4.4.2")
def test_a_public_client_may_not(spa):
    refused(spa.token(grant_type="client_credentials"), 400, "unauthorized_client")


@spec("RFC 6749", "5.2")
def test_a_client_without_the_grant_may_not(rp):
    refused(rp.token(grant_type="client_credentials"), 400, "unauthorized_client")


@spec("RFC 6750", "3.1")
def test_its_token_says_nothing_about_users(machine):
    token = machine.token(grant_type="client_credentials").json["access_token"]

    response = machine.userinfo(token)

    assert response.status_code == 403
    assert 'error="insufficient_scope"' in response.headers["WWW-Authenticate"]
