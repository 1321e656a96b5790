"""JWT access tokens: their header, their claims, and that no other JWT passes for one."""

import base64
import json

import pytest
from joserfc import jwt
from joserfc.jwk import KeySet, OctKey, RSAKey

from idp.clients import register, registry
from idp.clients.document import as_document, from_document
from idp.extensions import transaction
from tests.support.relying_party import claims, header
from tests.support.signer import segment
from tests.support.spec_matrix import spec

ALGS = ["RS256", "ES256", "PS256", "EdDSA", "Ed25519"]


@spec("RFC 9068", "2.1")
@spec("RFC 9068", "2.2")
@spec("RFC 9068", "2.2.1")
def test_it_says_what_a_resource_server_needs(rp, approve, clock):
    token = approve.tokens(rp, scope="openid email")["access_token"]

    said, now = claims(token), int(clock.now().timestamp())
    assert {header(token)[name] for name in ("typ", "alg")} == {"at+jwt", "ES256"}
    assert header(token)["kid"] in {key["kid"] for key in rp.client.get("/jwks").json["keys"]}
    assert len(said.pop("jti")) >= 22
    assert said.pop("fam")
    assert said.pop("sid")
    assert said == {
        "iss": rp.issuer,
        "sub": approve.user.sub,
        "aud": rp.issuer,
        "client_id": rp.client_id,
        "iat": now,
        "exp": now + 600,
        "scope": "openid email",
        "auth_time": now,
        "acr": "urn:idp:loa:2fa",
        "amr": ["pwd", "otp", "mfa"],
    }


@spec("RFC 9068", "2.2")
def test_no_two_are_alike(rp, approve):
    token = approve.tokens(rp)["refresh_token"]

    identifiers = {claims(rp.refresh(token).json["access_token"])["jti"] for _ in range(5)}

    assert len(identifiers) == 5


def test_a_client_may_have_a_lifetime_of_its_own(a, approve):
    rp = a.client(access_token_lifetime=120)

    body = approve.tokens(rp)

    said = claims(body["access_token"])
    assert body["expires_in"] == said["exp"] - said["iat"] == 120


@spec("RFC 9068", "2.1")
@pytest.mark.filterwarnings("ignore:EdDSA is deprecated")
@pytest.mark.parametrize("alg", ["RS256", "ES256", "PS256", "EdDSA"])
def test_a_client_chooses_the_algorithm(a, approve, alg):
    rp = a.client(access_token_signed_response_alg=alg)

    token = approve.tokens(rp)["access_token"]

    assert header(token)["alg"] == alg
    keys = KeySet.import_key_set(rp.client.get("/jwks").json)
    assert jwt.decode(token, keys, algorithms=ALGS).claims["client_id"] == rp.client_id
    assert rp.userinfo(token).status_code == 200
    asked = rp.client.post(
        "/introspect", data={"token": token}, headers=rp.basic(), base_url=rp.issuer
    )
    assert asked.json["active"] is True


@spec("RFC 9068", "4")
def test_an_id_token_is_no_access_token(a, approve):
    """The same algorithm and key do not help: the type differs."""
    rp = a.client(id_token_signed_response_alg="ES256")

    assert rp.userinfo(approve.tokens(rp)["id_token"]).status_code == 401


@spec("RFC 9068", "4")
def test_a_token_for_somebody_else_is_refused(app, rp, approve):
    from idp.signing import jwt as ours

    said = claims(approve.tokens(rp)["access_token"])
    with app.app_context():
        foreign = ours.sign("at+jwt", said | {"aud": "https://api.example"}, "ES256")
        listed = ours.sign("at+jwt", said | {"aud": ["https://api.example", rp.issuer]}, "ES256")

    assert rp.userinfo(foreign).status_code == 401
    assert rp.userinfo(listed).status_code == 200


@pytest.mark.filterwarnings("ignore:EdDSA is deprecated")
@pytest.mark.parametrize("alg", ["RS256", "ES256", "PS256", "EdDSA"])
def test_a_machine_chooses_likewise(a, alg):
    machine = a.client("machine", scope="reports:read", access_token_signed_response_alg=alg)

    token = machine.token(grant_type="client_credentials").json["access_token"]

    assert header(token)["alg"] == alg
    keys = KeySet.import_key_set(machine.client.get("/jwks").json)
    assert jwt.decode(token, keys, algorithms=ALGS).claims["sub"] == machine.client_id
    assert is_active(machine, token)


def test_what_was_issued_before_a_change_stays_good_and_a_refresh_follows_it(a, app, approve):
    rp = a.client()
    before = approve.tokens(rp)
    with app.app_context(), transaction():
        document = as_document(registry.find(rp.client_id))
        changed = from_document(document | {"access_token_signed_response_alg": "RS256"})
        assert isinstance(register.replace(rp.client_id, changed), register.Registered)

    after = rp.refresh(before["refresh_token"]).json["access_token"]

    tokens = (before["access_token"], after)
    assert [header(one)["alg"] for one in tokens] == ["ES256", "RS256"]
    assert [rp.userinfo(one).status_code for one in tokens] == [200, 200]


@spec("RFC 8725", "3.1")
def test_more_algorithms_let_nobody_else_sign(a, approve):
    rp = a.client(access_token_signed_response_alg="RS256")
    good = approve.tokens(rp)["access_token"]
    head, said = header(good), claims(good)
    stranger = RSAKey.generate_key(2048)
    published = rp.client.get("/jwks").json["keys"]
    ours = next(key for key in published if key["kid"] == head["kid"])
    as_secret = OctKey.import_key(base64.urlsafe_b64decode(ours["n"] + "=="))
    of_another_alg = next(key["kid"] for key in published if key["alg"] == "PS256")
    _, body, signature = good.split(".")
    forged = [
        jwt.encode(head, said, stranger),
        jwt.encode(head | {"alg": "HS256"}, said, as_secret, algorithms=["HS256"]),
        f"{segment(json.dumps(head | {'alg': 'none'}))}.{body}.",
        f"{segment(json.dumps(head | {'alg': 'PS256'}))}.{body}.{signature}",
        f"{segment(json.dumps(head | {'kid': of_another_alg}))}.{body}.{signature}",
    ]

    assert rp.userinfo(good).status_code == 200
    assert [rp.userinfo(token).status_code for token in forged] == [401] * len(forged)
    assert not any(is_active(rp, token) for token in forged)


def is_active(rp, token):
    told = rp.client.post(
        "/introspect", data={"token": token}, headers=rp.basic(), base_url=rp.issuer
    )
    return told.json["active"]
