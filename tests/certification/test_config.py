"""Profile "Config": what discovery and the key set say, seen from outside."""

from tests.support.spec_matrix import spec

URLS = (
    "authorization_endpoint",
    "token_endpoint",
    "userinfo_endpoint",
    "jwks_uri",
    "end_session_endpoint",
    "introspection_endpoint",
    "revocation_endpoint",
    "device_authorization_endpoint",
)
LISTS = (
    "response_types_supported",
    "subject_types_supported",
    "scopes_supported",
    "id_token_signing_alg_values_supported",
    "claims_supported",
    "response_modes_supported",
    "token_endpoint_auth_methods_supported",
    "code_challenge_methods_supported",
    "grant_types_supported",
    "acr_values_supported",
    "request_object_signing_alg_values_supported",
)


@spec("OIDC Discovery", "4.3")
def test_the_issuer_is_the_address_it_was_asked_at(tester):
    assert tester.metadata["issuer"] == tester.provider.issuer


@spec("OIDC Discovery", "3")
def test_endpoints_are_https_and_lists_are_not_empty(tester):
    for name in URLS:
        assert tester.metadata[name].startswith(f"{tester.provider.issuer}/"), name
    for name in LISTS:
        assert tester.metadata[name], name
        assert all(isinstance(value, str) for value in tester.metadata[name])
    assert "RS256" in tester.metadata["id_token_signing_alg_values_supported"]
    assert "openid" in tester.metadata["scopes_supported"]
    assert "code" in tester.metadata["response_types_supported"]
    assert "none" not in str(tester.metadata["id_token_signing_alg_values_supported"])


@spec("OIDC Discovery", "3")
def test_what_is_absent_would_mean_true_is_said(tester):
    assert tester.metadata["request_uri_parameter_supported"] is False
    assert tester.metadata["request_parameter_supported"] is True
    assert tester.metadata["claims_parameter_supported"] is True
    assert "registration_endpoint" not in tester.metadata


@spec("RFC 8414", "3")
def test_the_same_document_stands_at_the_address_for_oauth(tester):
    address = f"{tester.provider.issuer}/.well-known/oauth-authorization-server"

    assert tester.http.get(address).json() == tester.metadata


@spec("OIDC Core", "10.1")
def test_the_key_set_has_public_keys_with_their_own_names(tester):
    keys = tester.http.get(tester.metadata["jwks_uri"]).json()["keys"]

    assert len({key["kid"] for key in keys}) == len(keys)
    assert {key["use"] for key in keys} == {"sig"}
    assert {"RS256", "ES256"} <= {key["alg"] for key in keys}
    assert not any(set(key) & {"d", "p", "q", "dp", "dq", "qi", "k"} for key in keys)


@spec("OIDC Core", "5.3")
def test_scripts_of_other_origins_may_read_both(tester):
    for address in (
        f"{tester.provider.issuer}/.well-known/openid-configuration",
        tester.metadata["jwks_uri"],
    ):
        answer = tester.http.get(address, headers={"Origin": "https://spa.example"})
        assert answer.headers["Access-Control-Allow-Origin"] == "*"
