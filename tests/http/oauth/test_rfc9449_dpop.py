"""DPoP: tokens that are good for nobody but who has the key, proven anew for each request."""

from __future__ import annotations

import pytest

from idp import clock as the_clock
from idp import models
from idp.extensions import db
from tests.http.oauth.conftest import refused
from tests.support.dpop import ath, prover
from tests.support.relying_party import claims
from tests.support.signer import signer
from tests.support.spec_matrix import spec

OURS, THIEF = prover(), prover(number=1)


def moment(seconds=0):
    return int(the_clock.now().timestamp()) + seconds


def with_proof(rp, by=OURS, **changes):
    """The headers of a token request."""
    basic = rp.basic() if rp.client_secret else {}
    return basic | {"DPoP": by.proof("POST", f"{rp.issuer}/token", **changes)}


def at_userinfo(rp, token, by=OURS, *, method="GET", scheme="DPoP", **changes):
    proof = by.proof(method, f"{rp.issuer}/userinfo", **({"token": token} | changes))
    headers = {"Authorization": f"{scheme} {token}", "DPoP": proof}
    return rp.client.open("/userinfo", method=method, headers=headers, base_url=rp.issuer)


@pytest.fixture
def spa(a):
    return a.client("spa", grant_types=["authorization_code", "refresh_token"])


@pytest.fixture
def tokens(rp, approve):
    """Bound to our key."""
    answered = rp.exchange(approve.code(rp), headers=with_proof(rp))
    assert answered.status_code == 200, answered.text
    return answered.json


# --- the token endpoint --------------------------------------------------------------------------


@spec("RFC 6749", "7.1")
@spec("RFC 9449", "5")
@spec("RFC 9449", "6.1")
@pytest.mark.parametrize("alg", ["ES256", "RS256", "PS256", "EdDSA"])
def test_a_proof_binds_the_access_token_to_its_key(rp, approve, alg):
    by = prover(alg)

    answered = rp.exchange(approve.code(rp), headers=with_proof(rp, by)).json

    assert answered["token_type"] == "DPoP"
    assert claims(answered["access_token"])["cnf"] == {"jkt": by.jkt}
    assert "cnf" not in claims(answered["id_token"])


def test_without_a_proof_it_is_a_bearer_token(rp, approve):
    answered = approve.tokens(rp)

    assert answered["token_type"] == "Bearer"
    assert "cnf" not in claims(answered["access_token"])


@spec("RFC 9449", "5.2")
def test_a_client_may_insist(a, approve):
    rp = a.client(dpop_bound_access_tokens=True)
    code = approve.code(rp)

    refused(rp.exchange(code), 400, "invalid_dpop_proof")

    assert rp.exchange(code, headers=with_proof(rp)).json["token_type"] == "DPoP", "not spent"


@spec("RFC 9449", "5")
def test_a_program_of_its_own_has_bound_tokens_too(a):
    machine = a.client("machine", scope="report.read")

    answered = machine.token(grant_type="client_credentials", headers=with_proof(machine)).json

    assert answered["token_type"] == "DPoP"
    assert claims(answered["access_token"])["cnf"] == {"jkt": OURS.jkt}


@spec("RFC 9449", "4.2")
@spec("RFC 9449", "4.3")
@pytest.mark.parametrize(
    "changes",
    [
        {"header": {"typ": None}},
        {"header": {"typ": "jwt"}},
        {"header": {"alg": "none"}},
        {"header": {"alg": "HS256"}},
        {"header": {"alg": "RS256"}},
        {"header": {"jwk": None}},
        {"header": {"jwk": "key"}},
        {"header": {"jwk": {}}},
        {"header": {"jwk": {"kty": "oct", "k": "c2VjcmV0"}}},
        {"header": {"jwk": THIEF.signer.jwk}},
        {"header": {"jwk": OURS.signer.key.as_dict(private=True)}},
        {"header": {"crit": ["b64"]}},
        {"jti": None},
        {"jti": ""},
        {"jti": 7},
        {"jti": "x" * 256},
        {"htm": None},
        {"htm": "GET"},
        {"htm": "post"},
        {"htu": None},
        {"htu": 7},
        {"htu": "https://elsewhere.example/token"},
        {"htu": "https://idp.example/userinfo"},
        {"htu": "https://idp.example:444/token"},
        {"htu": "https://idp.example:x/token"},
        {"htu": "http://idp.example/token"},
        {"iat": None},
        {"iat": "now"},
        {"iat": True},
    ],
)
def test_a_proof_that_is_not_one_is_refused_and_spends_nothing(rp, approve, changes):
    code = approve.code(rp)

    answered = rp.exchange(code, headers=with_proof(rp, **changes))

    refused(answered, 400, "invalid_dpop_proof")
    assert answered.headers["Cache-Control"] == "no-store"
    assert rp.exchange(code, headers=with_proof(rp)).status_code == 200


@spec("RFC 9449", "4.3")
@pytest.mark.parametrize(("seconds", "is_good"), [(-3600, False), (-301, False), (-290, True)])
def test_how_old_a_proof_may_be(a, seconds, is_good):
    rp = a.client("machine")

    answered = rp.token(
        grant_type="client_credentials", headers=with_proof(rp, iat=moment(seconds))
    )

    assert (answered.status_code == 200) is is_good, answered.text


@spec("RFC 9449", "11.1")
@pytest.mark.parametrize(("seconds", "is_good"), [(10, True), (55, True), (90, False)])
def test_a_clock_that_is_a_little_fast_is_forgiven(a, seconds, is_good):
    rp = a.client("machine")

    answered = rp.token(
        grant_type="client_credentials", headers=with_proof(rp, iat=moment(seconds))
    )

    assert (answered.status_code == 200) is is_good, answered.text


@spec("RFC 9449", "4.3")
@pytest.mark.parametrize(
    "address",
    [
        "HTTPS://IDP.EXAMPLE/token",
        "https://idp.example:443/token",
        "https://idp.example/token?a=b#c",
    ],
)
def test_the_same_address_may_be_written_otherwise(a, address):
    rp = a.client("machine")

    answered = rp.token(grant_type="client_credentials", headers=with_proof(rp, htu=address))

    assert answered.status_code == 200


def test_more_claims_do_no_harm(a):
    rp = a.client("machine")
    headers = with_proof(rp, nbf=moment(-5), exp=moment(60), nonce="from elsewhere")

    assert rp.token(grant_type="client_credentials", headers=headers).status_code == 200


@spec("RFC 9449", "4.3")
def test_two_headers_are_refused(a):
    rp = a.client("machine")
    address = f"{rp.issuer}/token"
    headers = [
        *rp.basic().items(),
        ("DPoP", OURS.proof("POST", address)),
        ("DPoP", OURS.proof("POST", address)),
    ]

    answered = rp.client.post(
        "/token", data={"grant_type": "client_credentials"}, headers=headers, base_url=rp.issuer
    )

    refused(answered, 400, "invalid_dpop_proof")


@spec("RFC 9449", "11.1")
def test_a_proof_is_good_once_even_if_the_request_failed(a):
    rp = a.client("machine")
    headers = with_proof(rp)
    refused(
        rp.token(grant_type="refresh_token", refresh_token="rt_x", headers=headers),
        400,
        "unauthorized_client",
    )

    refused(rp.token(grant_type="client_credentials", headers=headers), 400, "invalid_dpop_proof")


def test_the_same_jti_of_another_key_is_another_one(a):
    rp = a.client("machine")
    for by in (OURS, THIEF):
        headers = with_proof(rp, by, jti="the same")
        assert rp.token(grant_type="client_credentials", headers=headers).status_code == 200


def test_who_cannot_prove_itself_spends_no_proof(app, a):
    rp = a.client("machine")
    headers = with_proof(rp) | {"Authorization": "Basic bm9ib2R5Om5vdGhpbmc="}

    refused(rp.token(grant_type="client_credentials", headers=headers), 401, "invalid_client")

    with app.app_context():
        assert db.session.query(models.UsedAssertion).count() == 0


# --- the code ------------------------------------------------------------------------------------


@spec("RFC 9449", "10")
def test_a_code_is_bound_by_dpop_jkt(rp, approve):
    code = approve.code(rp, dpop_jkt=OURS.jkt)

    refused(rp.exchange(code, headers=with_proof(rp, THIEF)), 400, "invalid_grant")
    refused(rp.exchange(code), 400, "invalid_grant")

    assert rp.exchange(code, headers=with_proof(rp)).status_code == 200


@spec("RFC 9449", "10")
@pytest.mark.parametrize("sent", ["short", "x" * 44, "*" * 43])
def test_a_dpop_jkt_has_to_be_a_thumbprint(rp, sent):
    location = rp.client.get(rp.authorization_url(dpop_jkt=sent)).headers["Location"]

    assert "error=invalid_request" in location


@spec("RFC 9449", "10.1")
def test_a_proof_beside_a_pushed_request_binds_the_code(app, rp):
    headers = rp.basic() | {"DPoP": OURS.proof("POST", f"{rp.issuer}/par")}

    answered = rp.client.post("/par", data=rp.parameters(), headers=headers, base_url=rp.issuer)

    assert answered.status_code == 201
    with app.app_context():
        row = db.session.query(models.PushedRequest).one()
    assert ["dpop_jkt", OURS.jkt] in row.parameters


@spec("RFC 9449", "10.1")
def test_a_pushed_proof_has_to_agree_with_dpop_jkt(rp):
    headers = rp.basic() | {"DPoP": OURS.proof("POST", f"{rp.issuer}/par")}
    data = rp.parameters(dpop_jkt=THIEF.jkt)

    answered = rp.client.post("/par", data=data, headers=headers, base_url=rp.issuer)

    refused(answered, 400, "invalid_dpop_proof")


@spec("RFC 9449", "10.1")
@pytest.mark.parametrize(("named", "status"), [(OURS, 201), (THIEF, 400)])
def test_a_pushed_proof_has_to_agree_with_the_dpop_jkt_of_a_request_object(a, named, status):
    rp = a.client(jwks=signer().jwks)
    told = rp.parameters(iss=rp.client_id, aud=rp.issuer, dpop_jkt=named.jkt)
    headers = rp.basic() | {"DPoP": OURS.proof("POST", f"{rp.issuer}/par")}
    data = {"client_id": rp.client_id, "request": signer().sign(told)}

    answered = rp.client.post("/par", data=data, headers=headers, base_url=rp.issuer)

    assert answered.status_code == status
    assert answered.json.get("error") == (None if status == 201 else "invalid_dpop_proof")


@spec("RFC 6749", "3.1")
def test_an_empty_dpop_jkt_beside_a_pushed_proof_is_none(rp):
    headers = rp.basic() | {"DPoP": OURS.proof("POST", f"{rp.issuer}/par")}
    data = rp.parameters() | {"dpop_jkt": ""}

    answered = rp.client.post("/par", data=data, headers=headers, base_url=rp.issuer)

    assert answered.status_code == 201, answered.text


def test_a_proof_binds_the_code_of_a_pushed_request_object_that_says_nothing_of_it(app, a):
    rp = a.client(jwks=signer().jwks, require_signed_request_object=True)
    told = rp.parameters(iss=rp.client_id, aud=rp.issuer)
    headers = rp.basic() | {"DPoP": OURS.proof("POST", f"{rp.issuer}/par")}
    data = {"client_id": rp.client_id, "request": signer().sign(told)}

    answered = rp.client.post("/par", data=data, headers=headers, base_url=rp.issuer)

    assert answered.status_code == 201
    with app.app_context():
        row = db.session.query(models.PushedRequest).one()
    assert ["dpop_jkt", OURS.jkt] in row.parameters


def test_a_request_object_may_hold_dpop_jkt(app, a):
    from idp.oauth import server

    rp = a.client(jwks=signer().jwks)
    told = rp.parameters(iss=rp.client_id, aud=rp.issuer, dpop_jkt=OURS.jkt)
    with app.app_context():
        outer = {"client_id": rp.client_id, "request": signer().sign(told)}
        request = server.accept(list(outer.items()))

    assert request.dpop_jkt == OURS.jkt


# --- refresh -------------------------------------------------------------------------------------


@spec("RFC 9449", "5")
def test_refresh_tokens_of_a_public_client_are_bound(spa, approve):
    first = spa.exchange(
        approve.code(spa, scope="openid offline_access", prompt="consent"),
        headers=with_proof(spa),
    ).json

    stolen = spa.refresh(first["refresh_token"], headers=with_proof(spa, THIEF))
    refused(stolen, 400, "invalid_grant")
    refused(spa.refresh(first["refresh_token"]), 400, "invalid_grant")

    renewed = spa.refresh(first["refresh_token"], headers=with_proof(spa))
    assert renewed.status_code == 200, "whoever has no key has ended nothing"
    assert renewed.json["token_type"] == "DPoP"


def test_a_thief_of_a_spent_token_without_the_key_ends_nothing(spa, approve):
    asked = {"scope": "openid offline_access", "prompt": "consent"}
    first = spa.exchange(approve.code(spa, **asked), headers=with_proof(spa)).json
    second = spa.refresh(first["refresh_token"], headers=with_proof(spa)).json

    refused(
        spa.refresh(first["refresh_token"], headers=with_proof(spa, THIEF)), 400, "invalid_grant"
    )

    again = spa.refresh(second["refresh_token"], headers=with_proof(spa))
    assert again.status_code == 200


@spec("RFC 9449", "5")
def test_a_refresh_with_a_proof_binds_what_follows_and_not_what_was_there(spa, approve):
    code = approve.code(spa, scope="openid offline_access", prompt="consent")
    unbound = spa.exchange(code).json["refresh_token"]
    bound = spa.refresh(unbound, headers=with_proof(spa, THIEF)).json["refresh_token"]

    refused(spa.refresh(bound), 400, "invalid_grant")
    refused(spa.refresh(bound, headers=with_proof(spa)), 400, "invalid_grant")
    bound = spa.refresh(bound, headers=with_proof(spa, THIEF)).json["refresh_token"]

    refused(spa.refresh(unbound), 400, "invalid_grant")
    again = spa.refresh(bound, headers=with_proof(spa, THIEF))
    refused(again, 400, "invalid_grant")  # the app's own copy has told of the thief


@spec("RFC 9449", "5")
def test_a_confidential_client_may_bring_another_key(a, approve):
    rp = a.client(grant_types=["authorization_code", "refresh_token"])
    asked = {"scope": "openid offline_access", "prompt": "consent"}
    first = rp.exchange(approve.code(rp, **asked), headers=with_proof(rp)).json

    renewed = rp.refresh(first["refresh_token"], headers=with_proof(rp, THIEF)).json

    assert claims(renewed["access_token"])["cnf"] == {"jkt": THIEF.jkt}


# --- resources -----------------------------------------------------------------------------------


@spec("RFC 9449", "7.1")
@pytest.mark.parametrize("method", ["GET", "POST"])
@pytest.mark.parametrize("scheme", ["DPoP", "dpop"])
def test_userinfo_takes_a_bound_token_with_its_proof(rp, tokens, method, scheme):
    answered = at_userinfo(rp, tokens["access_token"], method=method, scheme=scheme)

    assert answered.status_code == 200
    assert answered.json["sub"] == claims(tokens["id_token"])["sub"]


@spec("RFC 9449", "7.2")
def test_a_bound_token_is_no_bearer_token(rp, tokens):
    answered = at_userinfo(rp, tokens["access_token"], scheme="Bearer")

    refused(answered, 401, "invalid_token")
    assert answered.headers["WWW-Authenticate"].startswith("Bearer ")
    refused(rp.userinfo(tokens["access_token"]), 401, "invalid_token")
    in_body = rp.client.post(
        "/userinfo", data={"access_token": tokens["access_token"]}, base_url=rp.issuer
    )
    refused(in_body, 401, "invalid_token")


@spec("RFC 9449", "7.1")
def test_a_bearer_token_does_not_come_as_dpop(rp, approve):
    answered = at_userinfo(rp, approve.tokens(rp)["access_token"])

    refused(answered, 401, "invalid_token")
    assert answered.headers["WWW-Authenticate"].startswith('DPoP algs="')


@spec("RFC 9449", "7.1")
@pytest.mark.parametrize(
    "changes",
    [
        {"ath": None},
        {"ath": ath("another token")},
        {"htm": "POST"},
        {"htu": "https://idp.example/token"},
        {"iat": 0},
        {"jti": None},
        {"header": {"typ": "jwt"}},
    ],
)
def test_a_proof_that_does_not_fit_opens_nothing(rp, tokens, changes):
    answered = at_userinfo(rp, tokens["access_token"], **changes)

    refused(answered, 401, "invalid_dpop_proof")
    challenge = answered.headers["WWW-Authenticate"]
    assert challenge.startswith('DPoP algs="')
    assert 'error="invalid_dpop_proof"' in challenge


@spec("RFC 9449", "7.1")
def test_another_key_opens_nothing(rp, tokens):
    refused(at_userinfo(rp, tokens["access_token"], THIEF), 401, "invalid_token")


def test_no_proof_at_all_opens_nothing(rp, tokens):
    headers = {"Authorization": f"DPoP {tokens['access_token']}"}

    answered = rp.client.get("/userinfo", headers=headers, base_url=rp.issuer)

    refused(answered, 401, "invalid_dpop_proof")


def test_a_proof_opens_once(rp, tokens):
    headers = {
        "Authorization": f"DPoP {tokens['access_token']}",
        "DPoP": OURS.proof("GET", f"{rp.issuer}/userinfo", tokens["access_token"]),
    }
    first, second = (
        rp.client.get("/userinfo", headers=headers, base_url=rp.issuer) for _ in range(2)
    )

    assert first.status_code == 200
    refused(second, 401, "invalid_dpop_proof")


@spec("RFC 9449", "7.1")
def test_who_brings_nothing_is_told_both_schemes(rp):
    answered = rp.client.get("/userinfo", base_url=rp.issuer)

    assert answered.status_code == 401
    assert answered.headers["WWW-Authenticate"] == (
        'Bearer realm="userinfo", DPoP algs="RS256 ES256 PS256 EdDSA"'
    )


@spec("RFC 9449", "6.2")
def test_introspection_tells_the_key(rp, tokens):
    answered = rp.client.post(
        "/introspect",
        data={"token": tokens["access_token"]},
        headers=rp.basic(),
        base_url=rp.issuer,
    ).json

    assert answered["active"] is True
    assert answered["token_type"] == "DPoP"
    assert answered["cnf"] == {"jkt": OURS.jkt}


@spec("RFC 9449", "5.1")
def test_discovery_tells_the_algorithms(rp):
    document = rp.client.get("/.well-known/openid-configuration").json

    assert document["dpop_signing_alg_values_supported"] == ["RS256", "ES256", "PS256", "EdDSA"]


def test_apps_in_a_browser_may_send_proofs(spa):
    allowed = spa.client.options("/token", base_url=spa.issuer).headers

    assert allowed["Access-Control-Allow-Headers"] == "*, Authorization"


def test_the_cause_is_told_to_whoever_builds_the_app(rp, approve):
    answered = rp.exchange(approve.code(rp), headers=with_proof(rp, htm="GET"))

    assert answered.json["error_description"] == "The DPoP proof: htm is another method."
