"""UserInfo: the claims of the granted scopes, typed as the specification has them."""

import pytest
from joserfc import jws
from joserfc.jwk import KeySet

from idp.extensions import transaction
from idp.grants import consent, revoke
from tests.support.relying_party import answer, claims, header
from tests.support.spec_matrix import spec

EVERYTHING = {
    "given_name": "Ann",
    "family_name": "Example",
    "middle_name": "B.",
    "nickname": "annie",
    "preferred_username": "ann",
    "profile": "https://example.com/ann",
    "picture": "https://example.com/ann.png",
    "website": "https://ann.example",
    "gender": "female",
    "birthdate": "1990-01-02",
    "zoneinfo": "Europe/Zurich",
    "locale": "de-CH",
    "phone_number": "+41441234567",
    "phone_number_verified": True,
    "address": {"formatted": "Weg 1, 8000 Zürich", "country": "CH"},
}


def userinfo(rp, approve, scope):
    response = rp.userinfo(approve.tokens(rp, scope=scope)["access_token"])
    assert response.status_code == 200
    assert response.mimetype == "application/json"
    assert response.headers["Cache-Control"] == "no-store"
    return response.json


class TestFullProfile:
    """A user with every standard claim."""

    @pytest.fixture
    def approve(self, app, a):
        from tests.http.oauth.conftest import Approver

        return Approver(app, a.user(email="full@example.com", **EVERYTHING))

    @spec("OIDC Core", "5.1")
    @spec("OIDC Core", "5.4")
    def test_each_scope_releases_its_claims_and_no_others(self, rp, approve, clock):
        now = int(clock.now().timestamp())
        contact = {"phone_number", "phone_number_verified", "address"}
        profile = {name: value for name, value in EVERYTHING.items() if name not in contact}

        assert userinfo(rp, approve, "openid") == {"sub": approve.user.sub}
        assert userinfo(rp, approve, "openid profile") == {
            "sub": approve.user.sub,
            "name": "Ann Example",
            "updated_at": now,
            **profile,
        }
        assert userinfo(rp, approve, "openid email") == {
            "sub": approve.user.sub,
            "email": "full@example.com",
            "email_verified": True,
        }
        assert userinfo(rp, approve, "openid phone") == {
            "sub": approve.user.sub,
            "phone_number": "+41441234567",
            "phone_number_verified": True,
        }
        assert userinfo(rp, approve, "openid address") == {
            "sub": approve.user.sub,
            "address": EVERYTHING["address"],
        }


@spec("OIDC Core", "5.3.2")
# joserfc would rather hear Ed25519 (RFC 9864), which relying parties do not know yet.
@pytest.mark.filterwarnings("ignore:EdDSA is deprecated")
@pytest.mark.parametrize("alg", ["RS256", "ES256", "PS256", "EdDSA"])
def test_a_client_that_registered_an_algorithm_is_answered_with_a_jwt(a, approve, alg):
    rp = a.client(userinfo_signed_response_alg=alg)
    tokens = approve.tokens(rp, scope="openid email")

    response = rp.userinfo(tokens["access_token"])

    assert response.status_code == 200
    assert response.headers["Content-Type"] == "application/jwt"
    assert response.headers["Cache-Control"] == "no-store"
    assert response.headers["Access-Control-Allow-Origin"] == "*"
    assert header(response.text) == {"alg": alg, "kid": header(response.text)["kid"]}
    keys = KeySet.import_key_set(rp.client.get("/jwks").json)
    jws.deserialize_compact(response.text, keys, algorithms=[alg])
    assert claims(response.text) == {
        "iss": rp.issuer,
        "aud": rp.client_id,
        "sub": claims(tokens["id_token"])["sub"],
        "email": "ann@example.com",
        "email_verified": True,
    }


def test_a_signed_answer_is_no_token_of_any_kind(a, approve):
    rp = a.client(userinfo_signed_response_alg="ES256")
    signed = rp.userinfo(approve.tokens(rp)["access_token"]).text

    assert rp.userinfo(signed).status_code == 401
    refused_hint = rp.client.get(rp.authorization_url(id_token_hint=signed))
    assert answer(refused_hint.headers["Location"])["error"] == "invalid_request"


def test_errors_are_json_also_for_clients_that_want_a_jwt(a, approve):
    rp = a.client(userinfo_signed_response_alg="RS256")

    response = rp.userinfo("x")

    assert (response.status_code, response.json["error"]) == (401, "invalid_token")


@spec("OIDC Core", "5.3.2")
def test_empty_claims_are_left_out(rp, approve):
    said = userinfo(rp, approve, "openid profile phone address email")

    assert set(said) == {"sub", "name", "updated_at", "email", "email_verified"}


@spec("OIDC Core", "5.3.2")
def test_sub_is_the_id_tokens(rp, approve):
    tokens = approve.tokens(rp)

    assert rp.userinfo(tokens["access_token"]).json["sub"] == claims(tokens["id_token"])["sub"]


def test_an_attribute_cannot_pass_for_a_protocol_claim(rp, approve, app):
    """A96. Also when it got into the row past every door."""
    from idp.extensions import db
    from idp.models import User

    forged = {
        "sub": "x",
        "acr": "x",
        "iss": "x",
        "email_verified": False,
        "role": "admin",
        "name": "x",
    }
    with app.app_context(), transaction():
        db.session.get_one(User, approve.user.id).claims = forged

    said = userinfo(rp, approve, "openid profile email")

    assert set(said) == {"sub", "name", "updated_at", "email", "email_verified"}
    assert (said["sub"], said["name"]) == (approve.user.sub, "Ann Example")
    assert said["email_verified"] is True


def test_a_disabled_user_is_not_told_about(rp, approve):
    token = approve.tokens(rp, scope="openid offline_access")["access_token"]

    approve.disable_user()

    assert rp.userinfo(token).status_code == 401


def test_withdrawn_consent_ends_everything_at_that_client(rp, approve, app, a):
    other = a.client()
    tokens, kept = approve.tokens(rp), approve.tokens(other)

    with app.app_context(), transaction():
        consent.withdraw(approve.user.id, rp.client_id)

    assert rp.userinfo(tokens["access_token"]).status_code == 401
    assert rp.refresh(tokens["refresh_token"]).json["error"] == "invalid_grant"
    assert other.userinfo(kept["access_token"]).status_code == 200


def test_revoking_a_user_also_ends_codes_that_were_not_redeemed(rp, approve, app):
    code = approve.code(rp)
    tokens = approve.tokens(rp, scope="openid offline_access")

    with app.app_context(), transaction():
        assert revoke.by_user(approve.user.id, because="test") == 1

    assert rp.exchange(code).json["error"] == "invalid_grant"
    assert rp.refresh(tokens["refresh_token"]).json["error"] == "invalid_grant"


def test_a_disabled_client_is_told_nothing(rp, approve, app):
    from idp.clients import register

    token = approve.tokens(rp)["access_token"]
    with app.app_context(), transaction():
        register.disable(rp.client_id)

    assert rp.userinfo(token).status_code == 401


@spec("OIDC Core", "5.3.1")
def test_browsers_of_other_origins_may_ask(rp, approve):
    token = approve.tokens(rp)["access_token"]
    asked = rp.client.options(
        "/userinfo",
        headers={
            "Origin": "https://spa.example",
            "Access-Control-Request-Headers": "authorization",
        },
    )
    answered = rp.userinfo(token)

    assert asked.status_code == 204
    assert asked.headers["Access-Control-Allow-Headers"] == "*, Authorization"
    for response in (asked, answered, rp.userinfo("x")):
        assert response.headers["Access-Control-Allow-Origin"] == "*"
        assert "Access-Control-Allow-Credentials" not in response.headers
