"""Profiles "Dynamic" and "Third-Party-Initiated Login": clients that register themselves."""

import base64
import json
import secrets
import time

import pytest

from tests.support.signer import signer
from tests.support.spec_matrix import spec

JWKS = "/test/a/idp/jwks"
SECTOR = "/test/a/idp/sector"
REQUEST = "/test/a/idp/request.jwt"
PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c4890000000d49444154789c6360"
    "606060000000050001a5f645400000000049454e44ae426082"
)
JSON = {"Content-Type": "application/json"}


@pytest.fixture
def ours():
    return signer("RS256", kid=None)


@spec("OIDC Discovery", "3")
def test_a_dynamic_provider_offers_what_it_must(dynamic):
    said = dynamic.metadata

    assert {"code", "id_token", "id_token token"} <= set(said["response_types_supported"])
    assert {"authorization_code", "implicit"} <= set(said["grant_types_supported"])
    assert said["request_uri_parameter_supported"] is True
    assert "RS256" in said["request_object_signing_alg_values_supported"]
    assert "RS256" in said["userinfo_signing_alg_values_supported"]


@spec("OIDC Registration", "3.2")
def test_a_registration_is_answered_in_full(dynamic):
    made = dynamic.register(application_type="web")

    told = made.json()
    assert made.status_code == 201
    assert made.headers["Content-Type"] == "application/json"
    assert made.headers["Cache-Control"] == "no-store"
    assert told["client_id"]
    assert told["client_secret"]
    assert told["client_secret_expires_at"] == 0
    assert told["registration_access_token"]
    assert told["registration_client_uri"].startswith(dynamic.provider.issuer)
    assert told["redirect_uris"] == [dynamic.redirect_uri]
    assert told["grant_types"] == ["authorization_code"]
    assert told["response_types"] == ["code"]


def test_whoever_registered_signs_users_in(dynamic):
    dynamic.register()

    assert dynamic.sign_in()[1]["sub"]


@spec("OIDC Registration", "2")
@pytest.mark.parametrize("where", ["jwks", "jwks_uri"])
def test_a_client_proves_itself_by_a_key_without_a_name(dynamic, ours, where):
    document = {"keys": [ours.jwk]}
    keys = {"jwks": document}
    if where == "jwks_uri":
        keys = {"jwks_uri": dynamic.suite.publish(JWKS, json.dumps(document).encode())}
    made = dynamic.register(token_endpoint_auth_method="private_key_jwt", **keys)
    assert made.status_code == 201, made.text
    assert "client_secret" not in made.json()

    for audience in (dynamic.metadata["token_endpoint"], dynamic.provider.issuer):
        code = dynamic.authorize()["code"]
        assert dynamic.exchange(code, **assertion(dynamic, ours, audience))["id_token"]


def assertion(dynamic, ours, audience):
    now = int(time.time())
    name = dynamic.client["client_id"]
    claims = {
        "iss": name, "sub": name, "aud": audience, "jti": secrets.token_urlsafe(12),
        "iat": now, "exp": now + 60,
    }  # fmt: skip
    return {
        "client_assertion_type": "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
        "client_assertion": ours.sign(claims),
    }


@spec("OIDC Core", "10.1.1")
def test_keys_of_a_client_may_change(dynamic, ours):
    """The new key has no name either: the wrong signature is the sign to look again."""
    uri = dynamic.suite.publish(JWKS, json.dumps({"keys": [ours.jwk]}).encode())
    dynamic.register(token_endpoint_auth_method="private_key_jwt", jwks_uri=uri)
    audience = dynamic.provider.issuer
    dynamic.exchange(dynamic.authorize()["code"], **assertion(dynamic, ours, audience))
    newer = signer("RS256", kid=None, number=1)
    dynamic.suite.publish(JWKS, json.dumps({"keys": [newer.jwk]}).encode())

    code = dynamic.authorize()["code"]

    assert dynamic.exchange(code, **assertion(dynamic, newer, audience))["id_token"]


@spec("OIDC Core", "10.1.1")
def test_keys_of_the_provider_can_change_while_it_runs(dynamic):
    dynamic.register()
    first, _ = dynamic.sign_in()

    dynamic.provider.command("keys", "rotate", "--alg", "RS256", "--now", "--reason", "a test")
    time.sleep(1.2)
    second, _ = dynamic.sign_in()

    kids = [token["id_token"].split(".")[0] for token in (first, second)]
    assert kids[0] != kids[1]
    dynamic.claims(first["id_token"], json.loads(payload(first["id_token"]))["nonce"])


def payload(token):
    body = token.split(".")[1]
    return base64.urlsafe_b64decode(body + "=" * (-len(body) % 4))


@spec("OIDC Registration", "2")
def test_a_fragment_in_a_redirect_uri_is_refused(dynamic):
    refused = dynamic.register(redirect_uris=[dynamic.redirect_uri + "#fragment"])

    assert (refused.status_code, refused.json()["error"]) == (400, "invalid_redirect_uri")


@spec("OIDC Registration", "2")
def test_users_see_logo_policy_and_terms(dynamic):
    logo = dynamic.suite.publish("/logo.png", PNG, "image/png")
    uris = {
        "logo_uri": logo,
        "policy_uri": dynamic.suite.url("/policy"),
        "tos_uri": dynamic.suite.url("/tos"),
        "client_uri": dynamic.suite.url("/"),
    }
    made = dynamic.register(**uris)
    assert {name: made.json()[name] for name in uris} == uris
    dynamic.provider.run_jobs()

    dynamic.visit(dynamic.parameters())

    links = {link["href"] for link in dynamic.soup.select("main a[href]")}
    assert {uris["policy_uri"], uris["tos_uri"]} <= links
    (picture,) = dynamic.soup.select("main img[src]")
    shown = dynamic.browser.get(dynamic.page.url.join(str(picture["src"])))
    assert (shown.status_code, shown.content) == (200, PNG)


@spec("OIDC Registration", "5")
@pytest.mark.parametrize("listed", [True, False])
def test_a_sector_document_has_to_list_every_redirect_uri(dynamic, listed):
    uris = [dynamic.redirect_uri] if listed else ["https://other.example/cb"]
    sector = dynamic.suite.publish(SECTOR, json.dumps(uris).encode())

    made = dynamic.register(subject_type="pairwise", sector_identifier_uri=sector)

    if listed:
        assert made.status_code == 201
        assert dynamic.sign_in()[1]["sub"]
    else:
        assert (made.status_code, made.json()["error"]) == (400, "invalid_client_metadata")


@spec("OIDC Core", "8.1")
def test_sectors_know_a_user_by_different_subjects(dynamic):
    dynamic.register(subject_type="pairwise")
    _, pairwise = dynamic.sign_in()
    dynamic.register()
    _, public = dynamic.sign_in()

    assert pairwise["sub"] != public["sub"]


@spec("OIDC Core", "5.3.2")
def test_userinfo_is_signed_for_whoever_registered_so(dynamic):
    dynamic.register(userinfo_signed_response_alg="RS256")
    tokens, claims = dynamic.sign_in()

    answer = dynamic.userinfo(tokens["access_token"])

    assert answer.headers["Content-Type"] == "application/jwt"
    assert dynamic.claims_of(answer.text)["sub"] == claims["sub"]


@spec("OIDC Core", "6")
@pytest.mark.parametrize("way", ["request", "request_uri"])
def test_a_signed_request_object_counts_more_than_the_query(dynamic, ours, way):
    uri = dynamic.suite.url(REQUEST)
    made = dynamic.register(
        jwks={"keys": [ours.jwk]},
        request_object_signing_alg="RS256",
        request_uris=[f"{uri}#{secrets.token_hex(8)}"],
    )
    assert made.status_code == 201, made.text
    inner = dynamic.parameters(scope="openid email")
    signed = ours.sign(inner | {"iss": inner["client_id"], "aud": dynamic.provider.issuer})
    outer = {name: inner[name] for name in ("client_id", "response_type", "scope")}
    if way == "request":
        outer["request"] = signed
    else:
        dynamic.suite.publish(REQUEST, signed.encode(), "application/oauth-authz-req+jwt")
        outer["request_uri"] = dynamic.client["request_uris"][0]

    answer = dynamic.sent(outer | {"state": "outer"})

    assert answer["state"] == inner["state"]
    assert dynamic.claims(dynamic.exchange(answer["code"])["id_token"], inner["nonce"])


@spec("OIDC Core", "4")
def test_a_third_party_may_begin_the_sign_in(dynamic):
    uri = dynamic.suite.url("/initiate")
    made = dynamic.register(initiate_login_uri=uri)

    shown = dynamic.http.get(
        made.json()["registration_client_uri"],
        headers={"Authorization": f"Bearer {made.json()['registration_access_token']}"},
    )

    assert made.json()["initiate_login_uri"] == uri
    assert (shown.status_code, shown.json()["initiate_login_uri"]) == (200, uri)
    refused = dynamic.register(initiate_login_uri=uri.replace("https", "http"))
    assert (refused.status_code, refused.json()["error"]) == (400, "invalid_client_metadata")


@spec("RFC 7592", "2.3")
def test_a_client_can_go(dynamic):
    made = dynamic.register().json()
    bearer = {"Authorization": f"Bearer {made['registration_access_token']}"}

    gone = dynamic.http.delete(made["registration_client_uri"], headers=bearer)

    assert gone.status_code == 204
    assert dynamic.http.get(made["registration_client_uri"], headers=bearer).status_code == 401
