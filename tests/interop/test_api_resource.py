"""The example API believes good access tokens only, and says what would help."""

import time

import pytest
from joserfc import jwt
from joserfc.jwk import ECKey

from clients_example.api_resource import create_app
from clients_example.api_resource.access_token import Tokens

API = "https://api.example"
STRONG = {"acr": "urn:idp:loa:2fa"}


@pytest.fixture
def api(stub, monkeypatch):
    monkeypatch.setenv("ISSUER", stub.issuer)
    monkeypatch.setenv("API", API)
    return create_app().test_client()


@pytest.fixture
def bearer(stub):
    def header(*, key=None, typ="at+jwt", alg="ES256", kid="one", **changes):
        now = int(time.time())
        claims = {
            "iss": stub.issuer,
            "aud": [API, stub.issuer],
            "sub": "ann",
            "client_id": "app",
            "iat": now,
            "exp": now + 600,
            "auth_time": now,
            "scope": "payments:read payments:write",
        } | changes
        kept = {name: value for name, value in claims.items() if value is not None}
        token = jwt.encode({"alg": alg, "kid": kid, "typ": typ}, kept, key or stub.signing_key)
        return {"Authorization": f"Bearer {token}"}

    return header


def test_a_good_token_reads(api, bearer):
    assert api.get("/payments", headers=bearer()).json == {"payments": []}


def test_without_a_token_nothing_is_explained(api):
    answer = api.get("/payments")

    assert answer.status_code == 401
    assert answer.headers["WWW-Authenticate"] == 'Bearer realm="api"'


@pytest.mark.parametrize(
    "changes",
    [
        {"typ": "JWT"},
        {"iss": "https://evil.example"},
        {"aud": "https://other.example"},
        {"exp": 1},
        {"exp": None},
        {"sub": None},
        {"kid": "unknown"},
    ],
    ids=str,
)
def test_a_token_with_one_thing_wrong_is_invalid(api, bearer, changes):
    answer = api.get("/payments", headers=bearer(**changes))

    assert answer.status_code == 401
    assert answer.headers["WWW-Authenticate"] == 'Bearer error="invalid_token"'


def test_a_token_signed_by_another_key_is_invalid(api, bearer):
    headers = bearer(key=ECKey.generate_key("P-256"))

    assert api.get("/payments", headers=headers).status_code == 401


@pytest.mark.parametrize("token", ["x", "a.b.c", "eyJhbGciOiJub25lIn0.e30.", "\x00", "a b"])
def test_what_is_no_token_is_invalid(api, token):
    assert api.get("/payments", headers={"Authorization": f"Bearer {token}"}).status_code == 401


def test_made_up_keys_do_not_make_it_ask_the_provider_again_and_again(
    api, bearer, stub, monkeypatch
):
    asked, get = [], Tokens._get
    monkeypatch.setattr(Tokens, "_get", lambda own, url: asked.append(url) or get(own, url))

    for number in range(5):
        assert api.get("/payments", headers=bearer(kid=f"k{number}")).status_code == 401

    assert asked == [f"{stub.issuer}/.well-known/openid-configuration", f"{stub.issuer}/jwks"]


def test_a_missing_scope_is_named(api, bearer):
    answer = api.get("/payments", headers=bearer(scope="openid"))

    assert answer.status_code == 403
    assert (
        answer.headers["WWW-Authenticate"]
        == 'Bearer error="insufficient_scope", scope="payments:read"'
    )


@pytest.mark.parametrize(
    "facts",
    [{}, {"acr": "urn:idp:loa:1fa"}, STRONG | {"auth_time": 1}, STRONG | {"auth_time": None}],
    ids=str,
)
def test_a_weak_or_old_sign_in_reads_and_does_not_pay(api, bearer, facts):
    assert api.get("/payments", headers=bearer(**facts)).status_code == 200

    answer = api.post("/payments", headers=bearer(**facts), json={"amount": "1"})

    assert answer.status_code == 401
    challenge = answer.headers["WWW-Authenticate"]
    assert 'error="insufficient_user_authentication"' in challenge
    assert 'acr_values="urn:idp:loa:2fa", max_age="300"' in challenge


def test_two_fresh_factors_pay(api, bearer):
    answer = api.post("/payments", headers=bearer(**STRONG), json={"amount": "1.50"})

    assert (answer.status_code, answer.json) == (201, {"amount": "1.50", "by": "ann"})
