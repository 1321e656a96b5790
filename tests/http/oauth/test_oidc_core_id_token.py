"""The ID token: what it says, how it is signed, and what never gets into it."""

import base64
import hashlib

import pytest
from joserfc import jws
from joserfc.jwk import KeySet

from tests.support.relying_party import claims, header
from tests.support.spec_matrix import spec

HASHES = {
    "RS256": hashlib.sha256,
    "ES256": hashlib.sha256,
    "PS256": hashlib.sha256,
    "EdDSA": hashlib.sha512,
}


def verified(rp, token):
    """The claims, by a key that we publish."""
    keys = KeySet.import_key_set(rp.client.get("/jwks").json)
    jws.deserialize_compact(token, keys, algorithms=[*HASHES])
    return claims(token)


@spec("OIDC Core", "2")
def test_it_says_who_was_authenticated_how_and_when(rp, approve, clock):
    said = verified(rp, approve.tokens(rp, nonce="n-0S6")["id_token"])

    now = int(clock.now().timestamp())
    assert said.pop("at_hash")
    assert said.pop("sid")
    assert said == {
        "iss": rp.issuer,
        "sub": approve.user.sub,
        "aud": rp.client_id,
        "iat": now,
        "exp": now + 300,
        "auth_time": now,
        "nonce": "n-0S6",
        "acr": "urn:idp:loa:2fa",
        "amr": ["pwd", "otp", "mfa"],
    }


@spec("OIDC Core", "2")
def test_a_nonce_is_answered_only_when_it_was_asked(rp, approve):
    assert "nonce" not in claims(approve.tokens(rp, nonce=None)["id_token"])


@spec("OIDC Core", "2")
def test_auth_time_is_the_sign_ins_and_not_the_tokens(rp, approve, clock):
    code = approve.code(rp)
    signed_in_at = int(clock.now().timestamp())
    clock.advance(seconds=50)

    said = claims(rp.exchange(code).json["id_token"])

    assert (said["auth_time"], said["iat"]) == (signed_in_at, signed_in_at + 50)


@spec("OIDC Core", "10.1")
# joserfc would rather hear Ed25519 (RFC 9864), which relying parties do not know yet.
@pytest.mark.filterwarnings("ignore:EdDSA is deprecated")
@pytest.mark.parametrize("alg", HASHES)
def test_it_is_signed_as_registered(a, approve, alg):
    rp = a.client(id_token_signed_response_alg=alg)

    token = approve.tokens(rp)["id_token"]

    assert header(token)["alg"] == alg
    assert verified(rp, token)["aud"] == rp.client_id


@spec("OIDC Core", "3.1.3.6")
@pytest.mark.parametrize(("alg", "hash_function"), HASHES.items())
def test_it_is_tied_to_its_access_token(a, approve, alg, hash_function):
    tokens = approve.tokens(a.client(id_token_signed_response_alg=alg))

    whole = hash_function(tokens["access_token"].encode()).digest()

    expected = base64.urlsafe_b64encode(whole[: len(whole) // 2]).rstrip(b"=").decode()
    assert claims(tokens["id_token"])["at_hash"] == expected


@spec("OIDC Core", "5.4")
def test_what_is_known_about_the_user_stays_out(rp, approve):
    said = claims(approve.tokens(rp, scope="openid profile email")["id_token"])

    assert not {"name", "email", "email_verified", "updated_at"} & set(said)


def test_no_acr_is_claimed_when_nothing_was_reached(rp, approve):
    approve.acr, approve.amr = None, ()

    said = claims(approve.tokens(rp)["id_token"])

    assert not {"acr", "amr"} & set(said)


@spec("OIDC Registration", "2")
def test_auth_time_is_there_for_whoever_registered_that_it_must_be(a, approve):
    rp = a.client(require_auth_time=True)

    assert isinstance(claims(approve.tokens(rp)["id_token"])["auth_time"], int)
