"""Discovery and the key set: what they say is what is installed, and they cost nothing."""

from authlib.oauth2.rfc8414 import AuthorizationServerMetadata
from authlib.oidc.discovery import OpenIDProviderMetadata

from tests.support.spec_matrix import spec
from tests.support.statements import recorded

OPENID = "/.well-known/openid-configuration"
OAUTH = "/.well-known/oauth-authorization-server"
KEY_ALGS = ["RS256", "ES256", "PS256", "EdDSA"]
"""By which clients may sign."""


def endpoints_of(issuer):
    """Where everything is."""
    return {
        "issuer": issuer,
        "authorization_endpoint": f"{issuer}/authorize",
        "token_endpoint": f"{issuer}/token",
        "end_session_endpoint": f"{issuer}/logout",
        "jwks_uri": f"{issuer}/jwks",
        "userinfo_endpoint": f"{issuer}/userinfo",
        "device_authorization_endpoint": f"{issuer}/device_authorization",
        "pushed_authorization_request_endpoint": f"{issuer}/par",
        "revocation_endpoint": f"{issuer}/revoke",
        "introspection_endpoint": f"{issuer}/introspect",
    }


METHODS = ["client_secret_basic", "client_secret_post", "private_key_jwt"]
CAPABILITIES = {
    "response_types_supported": ["code"],
    "response_modes_supported": [
        *("query", "fragment", "form_post"),
        *("jwt", "query.jwt", "fragment.jwt", "form_post.jwt"),
    ],
    "authorization_signing_alg_values_supported": ["RS256", "ES256", "PS256", "EdDSA"],
    "grant_types_supported": [
        "authorization_code",
        "refresh_token",
        "client_credentials",
        "urn:ietf:params:oauth:grant-type:device_code",
    ],
    "token_endpoint_auth_signing_alg_values_supported": KEY_ALGS,
    "token_endpoint_auth_methods_supported": [*METHODS, "none"],
    "revocation_endpoint_auth_signing_alg_values_supported": KEY_ALGS,
    "revocation_endpoint_auth_methods_supported": [*METHODS, "none"],
    "introspection_endpoint_auth_signing_alg_values_supported": KEY_ALGS,
    "introspection_endpoint_auth_methods_supported": METHODS,
    "code_challenge_methods_supported": ["S256"],
    "authorization_response_iss_parameter_supported": True,
    "subject_types_supported": ["public", "pairwise"],
    "id_token_signing_alg_values_supported": ["RS256", "ES256", "PS256", "EdDSA"],
    "userinfo_signing_alg_values_supported": ["RS256", "ES256", "PS256", "EdDSA"],
    "acr_values_supported": ["urn:idp:loa:1fa", "urn:idp:loa:2fa", "1", "2", "phr"],
    "prompt_values_supported": ["none", "login", "consent", "select_account"],
    "ui_locales_supported": ["en", "de", "es", "fr", "ja", "vi"],
    "claims_parameter_supported": True,
    "request_parameter_supported": True,
    "request_object_signing_alg_values_supported": KEY_ALGS,
    "request_uri_parameter_supported": False,
    "require_pushed_authorization_requests": False,
    "dpop_signing_alg_values_supported": KEY_ALGS,
    "scopes_supported": [
        *("openid", "profile", "email", "address", "phone", "groups", "roles"),
        "offline_access",
    ],
    "claim_types_supported": ["normal"],
    "backchannel_logout_supported": True,
    "backchannel_logout_session_supported": True,
}
"""What can be done there."""


@spec("OIDC Discovery", "3")
@spec("OIDC Discovery", "4.2")
def test_the_document(client, settings):
    response = client.get(OPENID)

    assert (response.status_code, response.mimetype) == (200, "application/json")
    told = response.json["claims_supported"]
    expected = endpoints_of(settings.issuer) | CAPABILITIES | {"claims_supported": told}
    assert response.json == expected
    assert {"sub", "acr", "amr", "auth_time", "email", "address"} <= set(told)


@spec("OIDC Discovery", "4.3")
def test_authlib_finds_nothing_wrong_with_it(client):
    OpenIDProviderMetadata(client.get(OPENID).json).validate()
    AuthorizationServerMetadata(client.get(OPENID).json).validate()


@spec("RFC 8414", "3")
def test_it_stands_at_the_address_of_oauth_too(client):
    assert client.get(OAUTH).data == client.get(OPENID).data


@spec("OIDC Core", "10.1")
def test_the_key_set_holds_public_keys_only(client):
    keys = client.get("/jwks").json["keys"]

    assert {key["alg"] for key in keys} == {"RS256", "ES256", "PS256", "EdDSA"}
    assert len({key["kid"] for key in keys}) == len(keys)
    for key in keys:
        assert key["use"] == "sig"
        assert not set(key) & {"d", "p", "q", "dp", "dq", "qi", "k"}


def test_public_documents_are_cached_and_revalidated(client):
    for path in (OPENID, OAUTH, "/jwks"):
        first = client.get(path)
        again = client.get(path, headers={"If-None-Match": first.headers["ETag"]})

        assert (again.status_code, again.data) == (304, b"")
        assert first.headers["Cache-Control"] == "public, max-age=900"
        assert first.headers["Access-Control-Allow-Origin"] == "*"
        assert "Set-Cookie" not in first.headers


def test_public_documents_ask_the_database_nothing(client, app):
    from idp.extensions import db

    client.get(OPENID), client.get("/jwks")
    with app.app_context():
        engine = db.engine

    with recorded(engine) as record:
        client.get(OPENID), client.get("/jwks")

    assert record.statements == []


def test_a_page_of_another_origin_may_read_them_with_headers_of_its_own(client):
    for path in (OPENID, OAUTH, "/jwks"):
        preflight = client.options(path, headers={"Origin": "https://spa.example"})

        assert (preflight.status_code, preflight.data) == (204, b"")
        assert preflight.headers["Access-Control-Allow-Origin"] == "*"
        assert preflight.headers["Access-Control-Allow-Methods"] == "GET"
        assert preflight.headers["Access-Control-Allow-Headers"] == "*, Authorization"


def test_they_are_for_reading(client):
    for path in (OPENID, "/jwks"):
        assert client.head(path).status_code == 200
        assert client.post(path).status_code == 405
