"""Profile "FAPI 2.0 Security Profile": private_key_jwt, DPoP, OpenID Connect."""

from __future__ import annotations

import secrets
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from idp.oauth.rfc7523_client_assertion import TYPE
from tests.certification.provider import EMAIL, PASSWORD
from tests.support.dpop import Prover, ath, prover
from tests.support.relying_party import challenge, claims
from tests.support.signer import Signer, signer
from tests.support.spec_matrix import spec

if TYPE_CHECKING:
    from tests.certification.tester import Tester

KEYS = {"first": signer("PS256", kid="first"), "second": signer("PS256", kid="second", number=1)}


@dataclass
class Bank:
    """One static client of the profile."""

    tester: Tester
    key: Signer
    prover: Prover = field(default_factory=prover)
    client: dict[str, Any] = field(default_factory=dict)
    verifier: str = ""

    def use(self) -> None:
        self.client = self.tester.use_client(
            profile="fapi2",
            client_secret=None,
            pkce_waived=None,
            token_endpoint_auth_method="private_key_jwt",
            id_token_signed_response_alg="PS256",
            jwks=self.key.jwks,
        )

    @property
    def client_id(self) -> str:
        return str(self.client["client_id"])

    def assertion(self, **changes: Any) -> dict[str, str]:
        now = int(time.time())
        told = {
            "iss": self.client_id,
            "sub": self.client_id,
            "aud": self.tester.provider.issuer,
            "jti": secrets.token_urlsafe(16),
            "iat": now,
            "nbf": now,
            "exp": now + 60,
        } | changes
        return {"client_assertion_type": TYPE, "client_assertion": self.key.sign(told)}

    def post(self, name: str, proof: str | None, **fields: Any) -> httpx.Response:
        sent = {key: value for key, value in fields.items() if value is not None}
        headers = {} if proof is None else {"DPoP": proof}
        return self.tester.http.post(self.tester.metadata[name], data=sent, headers=headers)

    def proof(self, name: str, **changes: Any) -> str:
        return self.prover.proof(
            "POST", self.tester.metadata[name], iat=int(time.time()), **changes
        )

    def push(self, **changes: Any) -> httpx.Response:
        self.verifier = secrets.token_urlsafe(48)
        usual = {
            "client_id": self.client_id,
            "code_challenge": challenge(self.verifier),
            "code_challenge_method": "S256",
            "scope": "openid offline_access",
            "prompt": "consent",
        }
        asked = self.tester.parameters(**(usual | changes))
        return self.post("pushed_authorization_request_endpoint", None, **asked, **self.assertion())

    def visit(self, request_uri: str, **beside: str) -> None:
        carried = {"client_id": self.client_id, "request_uri": request_uri} | beside
        self.tester.visit(carried)

    def code(self, **changes: Any) -> str:
        pushed = self.push(**changes)
        assert pushed.status_code == 201, pushed.text
        self.visit(pushed.json()["request_uri"])
        self.tester.go_through()
        told = self.tester.answer()
        assert told["iss"] == self.tester.provider.issuer
        return told["code"]

    def redeem(self, code: str, proof: str | None = None, **changes: Any) -> httpx.Response:
        fields = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": self.tester.redirect_uri,
            "code_verifier": self.verifier,
        } | changes
        shown = proof or self.proof("token_endpoint")
        return self.post("token_endpoint", shown, **fields, **self.assertion())

    def userinfo(self, token: str, scheme: str = "DPoP", **changes: Any) -> httpx.Response:
        address = self.tester.metadata["userinfo_endpoint"]
        made = {"token": token, "iat": int(time.time())} | changes
        headers = {
            "Authorization": f"{scheme} {token}",
            "DPoP": self.prover.proof("GET", address, **made),
            "Accept": "application/json;charset=UTF-8",
        }
        return self.tester.http.get(address, headers=headers)


@pytest.fixture
def bank(tester):
    held = Bank(tester, KEYS["first"])
    held.use()
    return held


def error_of(response: httpx.Response) -> tuple[int, str]:
    return response.status_code, response.json()["error"]


@spec("FAPI 2.0", "5.3.2")
def test_discovery_promises_what_the_profile_wants(tester):
    said = tester.metadata

    assert said["authorization_response_iss_parameter_supported"] is True
    assert "private_key_jwt" in said["token_endpoint_auth_methods_supported"]
    assert said["code_challenge_methods_supported"] == ["S256"]
    for name in ("dpop", "token_endpoint_auth", "id_token", "request_object"):
        suffix = "_signing_alg_values_supported"
        assert {"PS256", "ES256", "EdDSA"} <= set(said[name + suffix]), name
        assert "none" not in said[name + suffix]


@spec("FAPI 2.0", "5.3.2.1")
def test_the_whole_way(bank):
    told = bank.redeem(bank.code()).json()

    assert told["token_type"].lower() == "dpop"
    assert claims(told["access_token"])["cnf"] == {"jkt": bank.prover.jkt}
    answered = bank.userinfo(told["access_token"])
    assert answered.status_code == 200
    assert "Date" in answered.headers
    assert answered.json()["sub"] == claims(told["id_token"])["sub"]
    renewed = bank.post(
        "token_endpoint",
        bank.proof("token_endpoint"),
        grant_type="refresh_token",
        refresh_token=told["refresh_token"],
        **bank.assertion(),
    )
    assert renewed.status_code == 200
    assert renewed.json().get("refresh_token", told["refresh_token"]) == told["refresh_token"]


@spec("FAPI 2.0", "5.3.2.2")
def test_requests_that_were_not_pushed_are_refused(bank):
    asked = bank.tester.parameters(
        client_id=bank.client_id, code_challenge=challenge("v" * 43), code_challenge_method="S256"
    )

    bank.tester.visit(asked)

    assert bank.tester.answer()["error"] == "invalid_request"


@spec("FAPI 2.0", "5.3.2.2")
@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"redirect_uri": None}, "invalid_request"),
        ({"redirect_uri": "https://elsewhere.example/"}, "invalid_request"),
        ({"code_challenge": None, "code_challenge_method": None}, "invalid_request"),
        ({"code_challenge_method": "plain"}, "invalid_request"),
        ({"response_type": "code id_token"}, "unsupported_response_type"),
        ({"request_uri": "urn:ietf:params:oauth:request_uri:x"}, "invalid_request"),
    ],
)
def test_what_cannot_be_pushed(bank, changes, error):
    assert error_of(bank.push(**changes)) == (400, error)


@spec("RFC 9126", "2.3")
def test_only_posts_are_taken(bank):
    endpoint = bank.tester.metadata["pushed_authorization_request_endpoint"]

    assert bank.tester.http.get(endpoint).status_code == 405


@spec("RFC 9126", "7.3")
def test_a_request_may_be_opened_twice_and_is_answered_once(bank):
    uri = bank.push().json()["request_uri"]
    bank.visit(uri)
    bank.visit(uri)
    bank.tester.go_through()
    assert "code" in bank.tester.answer()

    bank.visit(uri)

    assert bank.tester.page_name == "protocol-error", bank.tester.describe()


def test_the_address_cannot_change_what_was_pushed(bank):
    uri = bank.push(state="pushed").json()["request_uri"]

    bank.visit(uri, state="beside", redirect_uri="https://elsewhere.example/")
    bank.tester.go_through()

    assert bank.tester.answer()["state"] == "pushed"


def test_another_client_cannot_use_it(bank, tester):
    uri = bank.push().json()["request_uri"]
    other = Bank(tester, KEYS["second"])
    other.use()

    other.visit(uri)

    assert tester.page_name == "protocol-error", tester.describe()


def test_whoever_declines_is_told_with_state_and_issuer(bank):
    state = secrets.token_urlsafe(288)
    bank.visit(bank.push(state=state).json()["request_uri"])
    if bank.tester.page_name == "sign-in":
        bank.tester.press(username=EMAIL, password=PASSWORD)

    bank.tester.press(decision="deny")

    told = bank.tester.answer()
    assert (told["error"], told["state"]) == ("access_denied", state)
    assert told["iss"] == bank.tester.provider.issuer


@spec("FAPI 2.0", "5.3.2.1")
@pytest.mark.parametrize(
    "changes",
    [
        {"aud": ["issuer"]},
        {"aud": "https://elsewhere.example"},
        {"exp": 1},
        {"iss": "somebody"},
        {"sub": "somebody"},
        {"iat": 4_000_000_000},
        {"nbf": 4_000_000_000},
    ],
)
def test_assertions_that_are_refused(bank, changes):
    if changes.get("aud") == ["issuer"]:
        changes = {"aud": [bank.tester.provider.issuer]}
    asked = bank.tester.parameters(client_id=bank.client_id)

    answered = bank.post(
        "pushed_authorization_request_endpoint", None, **asked, **bank.assertion(**changes)
    )

    assert error_of(answered) == (401, "invalid_client")


@spec("FAPI 2.0", "5.3.2.1")
def test_a_clock_that_is_eight_seconds_fast_is_forgiven(bank):
    code = bank.code()
    later = int(time.time()) + 8
    fields = {
        "grant_type": "authorization_code",
        "code": code,
        "redirect_uri": bank.tester.redirect_uri,
        "code_verifier": bank.verifier,
    }

    answered = bank.post(
        "token_endpoint",
        bank.proof("token_endpoint"),
        **fields,
        **bank.assertion(iat=later, nbf=later),
    )

    assert answered.status_code == 200, answered.text


@spec("RFC 9449", "4.3")
@pytest.mark.parametrize(
    "changes",
    [
        {"htm": "GET"},
        {"htu": "https://elsewhere.example/token"},
        {"iat": int(time.time()) - 3600},
        {"iat": int(time.time()) + 3600},
        {"jti": None},
        {"header": {"typ": "JWT"}},
        {"header": {"jwk": None}},
    ],
)
def test_proofs_that_are_refused_leave_the_code_good(bank, changes):
    code = bank.code()
    made = {"iat": int(time.time())} | changes
    bad = bank.prover.proof("POST", bank.tester.metadata["token_endpoint"], **made)

    assert error_of(bank.redeem(code, bad)) == (400, "invalid_dpop_proof")

    assert bank.redeem(code).status_code == 200


@pytest.mark.parametrize("seconds", [-10, 10])
def test_proofs_of_a_clock_that_is_a_little_off_are_taken(bank, seconds):
    code = bank.code()
    address = bank.tester.metadata["token_endpoint"]

    proof = bank.prover.proof("POST", address, iat=int(time.time()) + seconds)

    assert bank.redeem(code, proof).status_code == 200


def test_a_code_is_good_once_and_its_tokens_die_with_the_second_try(bank):
    code = bank.code()
    token = bank.redeem(code).json()["access_token"]

    assert error_of(bank.redeem(code)) == (400, "invalid_grant")

    assert bank.userinfo(token).status_code == 401


def test_a_wrong_or_missing_verifier_gets_nothing(bank):
    code = bank.code()

    assert error_of(bank.redeem(code, code_verifier="w" * 43)) == (400, "invalid_grant")
    assert error_of(bank.redeem(code, code_verifier=None)) == (400, "invalid_grant")


@spec("RFC 9449", "7.1")
def test_a_bound_token_opens_nothing_without_its_key(bank):
    token = bank.redeem(bank.code()).json()["access_token"]

    assert bank.userinfo(token, scheme="Bearer").status_code == 401
    assert bank.userinfo(token, ath=ath("another")).status_code == 401
    assert bank.userinfo(token, ath=None).status_code == 401
    thief = prover(number=1)
    bank.prover = thief
    assert bank.userinfo(token).status_code == 401
    in_query = bank.tester.http.get(
        bank.tester.metadata["userinfo_endpoint"], params={"access_token": token}
    )
    assert in_query.status_code in {400, 401}
