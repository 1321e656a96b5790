"""A client of the FAPI 2.0 Security Profile, from its pushed request to its tokens."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

import pytest

from idp import clock as the_clock
from idp import opaque
from idp.oauth.rfc7523_client_assertion import TYPE
from tests.http.oauth.conftest import refused
from tests.support.dpop import prover
from tests.support.factories import EMAIL, PASSWORD
from tests.support.relying_party import RelyingParty, answer, claims, header
from tests.support.signer import signer
from tests.support.spec_matrix import spec

KEY = signer(kid="bank")
RSA = signer("RS256", kid="rsa")


@dataclass
class Bank:
    """An app of the profile, and everything that it signs."""

    rp: RelyingParty

    def assertion(self, by=KEY, **changes: Any) -> dict[str, str]:
        now = int(the_clock.now().timestamp())
        told = {
            "iss": self.rp.client_id,
            "sub": self.rp.client_id,
            "aud": self.rp.issuer,
            "jti": opaque.make(),
            "iat": now,
            "exp": now + 60,
        } | changes
        return {"client_assertion_type": TYPE, "client_assertion": by.sign(told)}

    def post(self, path: str, data: dict[str, Any], *, by=None, proof: bool = True) -> Any:
        address = self.rp.issuer + path
        headers = {"DPoP": (by or prover()).proof("POST", address)} if proof else {}
        return self.rp.client.post(path, data=data, headers=headers, base_url=self.rp.issuer)

    def push(self, **changes: Any) -> Any:
        return self.post("/par", self.rp.parameters(**changes) | self.assertion())

    def carried(self, request_uri: str) -> str:
        told = {"client_id": self.rp.client_id, "request_uri": request_uri}
        return "/authorize?" + urlencode(told)

    def exchange(self, code: str, **changes: Any) -> Any:
        data = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": self.rp.redirect_uri,
            "code_verifier": self.rp.verifier,
        }
        return self.post("/token", data | self.assertion(), **changes)


@pytest.fixture
def bank(a):
    a.user()
    return Bank(
        a.client(
            profile="fapi2",
            token_endpoint_auth_method="private_key_jwt",
            id_token_signed_response_alg="PS256",
            grant_types=["authorization_code", "refresh_token"],
            jwks={"keys": [KEY.jwk, RSA.jwk]},
        )
    )


@pytest.fixture
def code(bank, browser):
    browser.open(bank.carried(bank.push(scope="openid").json["request_uri"]))
    browser.submit(username=EMAIL, password=PASSWORD).press("Allow")
    told = answer(browser.left_for)
    assert told["iss"] == bank.rp.issuer
    return told["code"]


@spec("FAPI 2.0", "5.3.2.1")
def test_the_whole_way(bank, code):
    answered = bank.exchange(code)

    assert answered.status_code == 200, answered.text
    told = answered.json
    assert told["token_type"] == "DPoP"
    assert claims(told["access_token"])["cnf"] == {"jkt": prover().jkt}
    assert header(told["id_token"])["alg"] == "PS256"

    renewed = bank.post(
        "/token",
        {"grant_type": "refresh_token", "refresh_token": told["refresh_token"]} | bank.assertion(),
    )
    assert renewed.status_code == 200
    assert "refresh_token" not in renewed.json, "routine rotation is not allowed"
    assert renewed.json["token_type"] == "DPoP"


@spec("FAPI 2.0", "5.3.2.2")
def test_a_request_by_the_address_is_refused(bank, browser):
    browser.open(bank.rp.authorization_url())

    assert answer(browser.left_for)["error"] == "invalid_request"


@spec("FAPI 2.0", "5.3.2.1")
def test_tokens_are_bound_or_there_are_none(bank, code):
    refused(bank.exchange(code, proof=False), 400, "invalid_dpop_proof")

    assert bank.exchange(code).status_code == 200


def test_the_key_of_the_pushed_request_is_the_key_of_the_code(bank, code):
    refused(bank.exchange(code, by=prover(number=1)), 400, "invalid_grant")


@spec("FAPI 2.0", "5.3.2.1")
@pytest.mark.parametrize(
    "audience",
    [
        ["https://idp.example"],
        "https://idp.example/token",
        "https://idp.example/par",
        "https://idp.example/",
    ],
)
def test_the_audience_of_an_assertion_is_the_issuer_and_nothing_else(bank, audience):
    data = bank.rp.parameters() | bank.assertion(aud=audience)

    refused(bank.post("/par", data), 401, "invalid_client")


@spec("FAPI 2.0", "5.4.1")
def test_nothing_is_signed_by_rs256(bank, code):
    by_rsa = bank.rp.parameters() | bank.assertion(by=RSA)
    refused(bank.post("/par", by_rsa), 401, "invalid_client")

    refused(bank.exchange(code, by=prover("RS256")), 400, "invalid_dpop_proof")

    told = bank.rp.parameters(iss=bank.rp.client_id, aud=bank.rp.issuer)
    pushed = {"client_id": bank.rp.client_id, "request": RSA.sign(told)} | bank.assertion()
    refused(bank.post("/par", pushed), 400, "invalid_request_object")


@spec("FAPI 2.0", "5.3.2.2")
@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"code_challenge": None}, "invalid_request"),
        ({"code_challenge_method": "plain"}, "invalid_request"),
        ({"response_type": "code id_token"}, "unsupported_response_type"),
        ({"response_type": "token"}, "unsupported_response_type"),
        ({"redirect_uri": None}, "invalid_request"),
    ],
)
def test_what_is_judged_when_a_request_is_pushed(bank, changes, error):
    refused(bank.push(**changes), 400, error)


@spec("FAPI 2.0", "5.3.2.2")
def test_a_code_lives_a_minute(bank, code, clock):
    clock.advance(seconds=61)

    refused(bank.exchange(code), 400, "invalid_grant")


def test_whoever_declines_sends_the_app_away_with_state_and_issuer(bank, browser):
    browser.open(bank.carried(bank.push(state="x" * 384).json["request_uri"]))
    browser.submit(username=EMAIL, password=PASSWORD).press("Cancel")

    told = answer(browser.left_for)
    assert (told["error"], told["state"]) == ("access_denied", "x" * 384)
    assert told["iss"] == bank.rp.issuer
