"""A89: `private_key_jwt`: only the exact assertion passes, and only once."""

import json

import pytest

from idp import clock as the_clock
from idp import opaque
from idp.clients import register
from idp.extensions import transaction
from idp.models import UsedAssertion
from idp.oauth.rfc7523_client_assertion import TYPE
from tests.http.oauth.conftest import refused
from tests.support.foreign_host import answers, listening
from tests.support.outbound import authority, ca_file, tls
from tests.support.signer import segment, signer
from tests.support.spec_matrix import spec

__all__ = ["authority", "ca_file", "tls"]

MACHINE = {"grant_type": "client_credentials"}
ALGS = ("RS256", "ES256", "PS256", "EdDSA")
JWKS = {"keys": [signer(alg, kid=alg).jwk for alg in ("RS256", "ES256", "EdDSA")]}
OURS = signer(kid="ES256")


@pytest.fixture
def overrides(ca_file):
    """Without limits, since a table of failures would reach them."""
    return {
        "throttling": "off",
        "outbound_allow": ("localhost",),
        "outbound_ca_file": ca_file,
    }


@pytest.fixture
def machine(a):
    return a.client("machine", token_endpoint_auth_method="private_key_jwt", jwks=JWKS)


def moment(seconds=0):
    return int(the_clock.now().timestamp()) + seconds


def claims(client, **changes):
    """What a good library says; a member set to None is left out."""
    members = {
        "iss": client.client_id,
        "sub": client.client_id,
        "aud": client.issuer,
        "jti": opaque.make(),
        "iat": moment(),
        "exp": moment(60),
    } | changes
    return {name: value for name, value in members.items() if value is not None}


def proof(token, **more):
    return {"client_assertion_type": TYPE, "client_assertion": token} | more


def present(client, assertion, path="/token", **fields):
    data = proof(assertion) | (fields or MACHINE)
    return client.client.post(path, data=data)


def is_good(client, token, **fields):
    response = present(client, token, **fields)
    if response.status_code == 200:
        return True
    refused(response, 401, "invalid_client")
    return False


@spec("RFC 7523", "2.2")
@spec("OIDC Core", "9")
@pytest.mark.parametrize("alg", ALGS)
def test_a_machine_proves_itself_by_its_key(machine, alg):
    by = signer(alg, kid="RS256" if alg == "PS256" else alg)

    response = present(machine, by.sign(claims(machine), typ="JWT"))

    assert response.status_code == 200
    assert response.json["token_type"] == "Bearer"


@spec("RFC 7523", "2.2")
def test_codes_and_refresh_tokens_are_redeemed_by_a_key(a, approve):
    rp = a.client(token_endpoint_auth_method="private_key_jwt", jwks=JWKS)
    code = approve.code(rp)

    tokens = rp.exchange(code, **proof(OURS.sign(claims(rp))))
    again = rp.refresh(tokens.json["refresh_token"], **proof(OURS.sign(claims(rp))))

    assert (tokens.status_code, again.status_code) == (200, 200)
    refused(rp.refresh(tokens.json["refresh_token"]), 401, "invalid_client")


@spec("RFC 7521", "4.2")
def test_the_other_endpoints_take_the_same_proof_at_their_own_address(machine):
    token = present(machine, OURS.sign(claims(machine))).json["access_token"]

    for path in ("/introspect", "/revoke"):
        for aud in (machine.issuer, machine.issuer + "/token", machine.issuer + path):
            response = present(machine, OURS.sign(claims(machine, aud=aud)), path, token=token)
            assert response.status_code == 200, (path, aud)
        again = present(machine, "x.y.z", path, token=token)
        refused(again, 401, "invalid_client")


@spec("RFC 7523", "3")
def test_what_is_good_enough(machine):
    issuer = machine.issuer
    good = {
        "token endpoint": {"aud": f"{issuer}/token"},
        "issuer in a list": {"aud": [issuer]},
        "issuer among others": {"aud": ["https://other.example", issuer]},
        "no iat": {"iat": None},
        "five minutes": {"exp": moment(300)},
        "five minutes by a fast clock": {"iat": moment(8), "exp": moment(308)},
        "iat 8 s ahead": {"iat": moment(8)},
        "nbf 8 s ahead": {"nbf": moment(8)},
        "an old iat": {"iat": moment(-3_000)},
        "fractions": {"iat": moment() + 0.25, "exp": moment() + 59.75},
        "a short jti": {"jti": "1"},
        "a long jti": {"jti": "j" * 255},
        "an odd jti": {"jti": "\U0001f511 \u0000"},
        "unknown claims": {"scope": "x", "htm": 1, "nested": {"a": [1]}},
    }
    for name, changes in good.items():
        assert is_good(machine, OURS.sign(claims(machine, **changes))), name


@spec("RFC 7523", "3")
def test_a_claim_that_is_not_right_fails(machine, a):
    """R71."""
    issuer, other = machine.issuer, a.client("machine").client_id
    bad = {
        "no iss": {"iss": None},
        "no sub": {"sub": None},
        "another iss": {"iss": other},
        "another sub": {"sub": other},
        "another client": {"iss": other, "sub": other},
        "iss is a list": {"iss": [machine.client_id]},
        "sub is a number": {"sub": 1, "iss": 1},
        "unknown client": {"iss": "nobody", "sub": "nobody"},
        "no aud": {"aud": None},
        "another aud": {"aud": "https://other.example"},
        "aud with a slash": {"aud": f"{issuer}/"},
        "aud in capitals": {"aud": issuer.upper()},
        "another endpoint": {"aud": f"{issuer}/userinfo"},
        "empty aud": {"aud": []},
        "aud is an object": {"aud": {issuer: 1}},
        "aud of mixed kinds": {"aud": [issuer, 1]},
        "no exp": {"exp": None},
        "expired": {"exp": moment()},
        "long expired": {"exp": 1},
        "far exp": {"exp": moment(311)},
        "an hour": {"exp": moment(3_600)},
        "ten years": {"exp": moment(315_360_000)},
        "exp in milliseconds": {"exp": moment(60) * 1_000},
        "exp is text": {"exp": str(moment(60))},
        "exp is true": {"exp": True},
        "exp beyond dates": {"exp": 1e300},
        "iat 61 s ahead": {"iat": moment(61)},
        "nbf 61 s ahead": {"nbf": moment(61)},
        "iat is text": {"iat": "now"},
        "nbf is a list": {"nbf": [1]},
        "no jti": {"jti": None},
        "empty jti": {"jti": ""},
        "jti is a number": {"jti": 7},
        "jti too long": {"jti": "j" * 256},
        "a request object": {"response_type": "code"},
        "a request object too": {"redirect_uri": "https://app.example/callback"},
    }
    for name, changes in bad.items():
        assert not is_good(machine, OURS.sign(claims(machine, **changes))), name


@spec("RFC 8725", "3.1")
@spec("RFC 8725", "3.12")
def test_a_header_or_signature_that_is_not_right_fails(machine):
    thief = signer(kid="ES256", number=1)
    body = claims(machine)
    head, payload, signature = OURS.sign(body).split(".")
    bad = {
        "another key": thief.sign(body),
        "a brought key": thief.sign(body, jwk=thief.jwk, kid=None),
        "a key at an address": thief.sign(body, jku="https://evil.example/jwks"),
        "a chain": thief.sign(body, x5c=["AAAA"], x5u="https://evil.example"),
        "a path as kid": thief.sign(body, kid="../../../dev/null"),
        "unknown kid": OURS.sign(body, kid="k9"),
        "none": f"{segment('{}')}.{payload}.{signature}",
        "alg none": segment(json.dumps({"alg": "none"})) + f".{payload}.",
        "alg HS256": segment(json.dumps({"alg": "HS256"})) + f".{payload}.{signature}",
        "crit": OURS.sign(body, crit=["exp"]),
        "zip": OURS.sign(body, zip="DEF"),
        "typ of a request object": OURS.sign(body, typ="oauth-authz-req+jwt"),
        "typ of an access token": OURS.sign(body, typ="at+jwt"),
        "typ of a proof": OURS.sign(body, typ="dpop+jwt"),
        "no signature": f"{head}.{payload}.",
        "swapped": f"{payload}.{head}.{signature}",
        "not a JWT": "assertion",
        "ten megabytes": "A" * 60_000,
    }
    for name, token in bad.items():
        assert not is_good(machine, token), name
    for typ in ("JWT", "jwt", "application/jwt", "client-authentication+jwt"):
        assert is_good(machine, OURS.sign(claims(machine), typ=typ)), typ


@spec("RFC 7523", "3")
def test_the_registered_algorithm_is_the_only_one(a):
    pinned = a.client(
        "machine",
        token_endpoint_auth_method="private_key_jwt",
        token_endpoint_auth_signing_alg="PS256",
        jwks=JWKS,
    )

    good, bad = signer("PS256", kid="RS256"), signer("RS256", kid="RS256")
    assert is_good(pinned, good.sign(claims(pinned)))
    assert not is_good(pinned, bad.sign(claims(pinned)))
    assert not is_good(pinned, OURS.sign(claims(pinned)))


@spec("RFC 7523", "3")
def test_an_assertion_is_good_once(machine, records, clock):
    token = OURS.sign(claims(machine, exp=moment(300)))

    assert is_good(machine, token)
    assert not is_good(machine, token)
    clock.advance(seconds=299)
    assert not is_good(machine, token)
    reasons = {event.details["reason"] for event in records.events("token_request_refused")}
    assert reasons == {"assertion: jti used before"}


def test_a_jti_is_spent_for_its_client_only(a, machine):
    other = a.client("machine", token_endpoint_auth_method="private_key_jwt", jwks=JWKS)

    assert is_good(machine, OURS.sign(claims(machine, jti="same")))
    assert is_good(other, OURS.sign(claims(other, jti="same")))


def test_an_assertion_stays_spent_whatever_becomes_of_its_request(machine):
    token = OURS.sign(claims(machine))

    failed = present(machine, token, grant_type="authorization_code", code="ac_unknown")

    refused(failed, 400, "unauthorized_client")
    assert not is_good(machine, token)


def test_an_assertion_that_fails_spends_nothing(machine, records):
    assert not is_good(machine, signer(number=1).sign(claims(machine)))
    assert not is_good(machine, OURS.sign(claims(machine, aud="https://other.example")))

    assert records.count(UsedAssertion) == 0


@spec("RFC 6749", "2.3")
def test_one_credential_is_enough(a, machine):
    secret = a.client("machine").client_secret
    both = (
        machine.token({"Authorization": "Basic eDp5"}, **MACHINE, **proof("x.y.z")),
        machine.client.post("/token", data=MACHINE | proof("x.y.z", client_secret=secret)),
    )

    for response in both:
        refused(response, 400, "invalid_request")


@spec("RFC 7521", "4.2")
def test_a_client_id_beside_it_must_agree(a, machine):
    own = proof(OURS.sign(claims(machine)), client_id=machine.client_id)
    foreign = proof(OURS.sign(claims(machine)), client_id=a.client("machine").client_id)

    assert machine.client.post("/token", data=MACHINE | own).status_code == 200
    refused(machine.client.post("/token", data=MACHINE | foreign), 401, "invalid_client")


@spec("RFC 7521", "4.2")
def test_an_assertion_and_its_type_come_together(machine):
    token = OURS.sign(claims(machine))
    halves = (
        {"client_assertion": token},
        {"client_assertion_type": TYPE, "client_id": machine.client_id},
        {"client_assertion": token, "client_assertion_type": TYPE.replace("jwt", "saml2")},
    )

    for half in halves:
        refused(machine.client.post("/token", data=MACHINE | half), 401, "invalid_client")


@spec("RFC 6749", "2.3")
def test_only_who_registered_the_method_may_use_it(a):
    with_secret = a.client("machine", jwks=JWKS)
    public = a.client("spa", jwks=JWKS)
    by_key = a.client("machine", token_endpoint_auth_method="private_key_jwt", jwks=JWKS)

    assert not is_good(with_secret, OURS.sign(claims(with_secret)))
    assert not is_good(public, OURS.sign(claims(public)))
    for credential in ({}, {"client_secret": "x"}):
        fields = MACHINE | {"client_id": by_key.client_id} | credential
        refused(by_key.client.post("/token", data=fields), 401, "invalid_client")


def test_a_client_with_a_key_is_given_no_secret(machine):
    assert machine.client_secret is None


def test_a_disabled_client_is_refused_with_the_right_key(machine, app):
    with app.app_context(), transaction():
        register.disable(machine.client_id)

    assert not is_good(machine, OURS.sign(claims(machine)))


@spec("RFC 6749", "5.2")
def test_every_failure_sounds_the_same(machine, records):
    """The audit log knows better."""
    tokens = (
        "x",
        OURS.sign(claims(machine, sub="nobody", iss="nobody")),
        OURS.sign(claims(machine, exp=1)),
        signer(number=1).sign(claims(machine)),
    )

    answered = [present(machine, token).json for token in tokens]

    assert [body for body in answered if body != answered[0]] == []
    assert {event.details["reason"] for event in records.events("token_request_refused")} == {
        "assertion: not a compact JWS",
        "client unknown or disabled",
        "assertion: exp missing or past",
        "assertion: no key of the client made the signature",
    }


@spec("OIDC Core", "10.1.1")
def test_a_client_may_publish_its_keys_and_change_them(a, tls):
    """A93."""
    old, new = signer(kid=None), signer(kid="next", number=1)
    published = [old]

    def behave(connection, over):
        answers(json.dumps({"keys": [one.jwk for one in published]}).encode())(connection, over)

    with listening(behave, tls=tls) as host:
        machine = a.client(
            "machine",
            token_endpoint_auth_method="private_key_jwt",
            jwks_uri=f"https://localhost:{host.port}/jwks",
        )
        assert is_good(machine, old.sign(claims(machine)))
        published[:] = [new]
        assert is_good(machine, new.sign(claims(machine)))
        assert not is_good(machine, old.sign(claims(machine)))

    assert host.connections == 2


def test_authlibs_client_has_to_sign_for_a_minute_instead_of_an_hour(machine):
    """As docs/clients.md tells it."""
    from authlib.oauth2.rfc7523 import private_key_jwt_sign

    def as_authlib_signs(**options):
        where = f"{machine.issuer}/token"
        return private_key_jwt_sign(OURS.key, machine.client_id, where, alg="ES256", **options)

    assert is_good(machine, as_authlib_signs(expires_in=60))
    assert not is_good(machine, as_authlib_signs())


@spec("RFC 8414", "2")
def test_the_method_and_its_algorithms_are_published(client):
    document = client.get("/.well-known/openid-configuration").json

    for endpoint in ("token", "revocation", "introspection"):
        assert "private_key_jwt" in document[f"{endpoint}_endpoint_auth_methods_supported"]
        algs = document[f"{endpoint}_endpoint_auth_signing_alg_values_supported"]
        assert set(algs) == set(ALGS)
