"""Answers as a JWT: the same parameters, signed for this client, by every way that there is."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest
from joserfc import jwt
from joserfc.jwk import KeySet

from config import ProtocolSettings
from tests.support.factories import EMAIL, PASSWORD
from tests.support.relying_party import answer, header
from tests.support.signer import signer
from tests.support.spec_matrix import spec

STATE = "a+b %20&\"'<>\\é=;"
ALGS = ["RS256", "ES256", "PS256", "EdDSA", "Ed25519"]


@pytest.fixture
def ann(a):
    return a.user()


def unpacked(rp, token, alg="RS256") -> dict[str, Any]:
    """As a careful library does it (§2.4)."""
    keys = KeySet.import_key_set(rp.client.get("/jwks").json)
    decoded = jwt.decode(token, keys, algorithms=ALGS)
    assert decoded.header["alg"] == alg
    assert decoded.header["kid"]
    told = dict(decoded.claims)
    assert told.pop("iss") == rp.issuer
    assert told.pop("aud") == rp.client_id
    return told


def in_query(browser) -> dict[str, str]:
    return answer(browser.left_for)


def in_fragment(browser) -> dict[str, str]:
    parts = urlsplit(browser.left_for)
    assert not parts.query
    return dict(parse_qsl(parts.fragment))


def in_form(browser) -> dict[str, str]:
    form = browser.find("main form")
    return {field["name"]: field["value"] for field in form.select("input[type=hidden]")}


WAYS = [
    ("jwt", in_query),
    ("query.jwt", in_query),
    ("fragment.jwt", in_fragment),
    ("form_post.jwt", in_form),
]


@spec("JARM", "2.1")
@spec("JARM", "2.3.1")
@spec("JARM", "2.3.2")
@spec("JARM", "2.3.3")
@spec("JARM", "2.3.4")
@pytest.mark.parametrize(("mode", "told_by"), WAYS)
def test_a_code_comes_in_a_jwt_and_nothing_beside_it(rp, browser, ann, clock, mode, told_by):
    browser.open(rp.authorization_url(response_mode=mode, state=STATE))
    browser.submit(username=EMAIL, password=PASSWORD).press("Allow")

    told = told_by(browser)
    assert set(told) == {"response"}
    said = unpacked(rp, told["response"])
    assert said.pop("state") == STATE
    assert 10 <= said.pop("exp") - clock.now().timestamp() <= 600
    assert set(said) == {"code"}
    assert rp.exchange(said["code"]).status_code == 200


@spec("JARM", "2.1")
@pytest.mark.parametrize(("mode", "told_by"), WAYS)
def test_errors_come_likewise(rp, browser, mode, told_by):
    browser.open(rp.authorization_url(response_mode=mode, prompt="none", state=STATE))

    said = unpacked(rp, told_by(browser)["response"])

    assert (said["error"], said["state"]) == ("login_required", STATE)


def test_whoever_declines_is_told_in_a_jwt(rp, browser, ann):
    browser.open(rp.authorization_url(response_mode="jwt"))
    browser.submit(username=EMAIL, password=PASSWORD).press("Cancel")

    assert unpacked(rp, in_query(browser)["response"])["error"] == "access_denied"


def test_who_is_signed_in_comes_back_at_once_by_every_way(rp, browser, ann):
    browser.open(rp.authorization_url()).submit(username=EMAIL, password=PASSWORD).press("Allow")

    for mode, told_by in WAYS:
        browser.open(rp.authorization_url(response_mode=mode))
        assert "code" in unpacked(rp, told_by(browser)["response"])


@spec("JARM", "3")
@pytest.mark.filterwarnings("ignore:EdDSA is deprecated")
@pytest.mark.parametrize("alg", ["RS256", "ES256", "PS256", "EdDSA"])
def test_the_client_chooses_the_algorithm(a, browser, alg):
    rp = a.client(authorization_signed_response_alg=alg)

    browser.open(rp.authorization_url(response_mode="jwt", prompt="none"))

    unpacked(rp, in_query(browser)["response"], alg)


def test_without_a_word_a_client_of_fapi2_gets_no_rs256(a, browser):
    rp = a.client(
        profile="fapi2",
        token_endpoint_auth_method="private_key_jwt",
        id_token_signed_response_alg="ES256",
        jwks=signer().jwks,
    )

    browser.open(rp.authorization_url(response_mode="jwt"))  # which is refused: it was not pushed

    said = unpacked(rp, in_query(browser)["response"], "ES256")
    assert said["error"] == "invalid_request"


@pytest.mark.parametrize(
    "state", ["ä€𝄞", "\u202e", '"\\</script>', "a\tb", "a\r\nb", " ", "%00", "{}", "é" * 1024]
)
@pytest.mark.parametrize(("mode", "told_by"), [WAYS[0], WAYS[3]])
def test_any_state_comes_back_as_it_went(rp, browser, mode, told_by, state):
    """A line break too, which a bare form would rewrite."""
    browser.open(rp.authorization_url(response_mode=mode, prompt="none", state=state))

    assert unpacked(rp, told_by(browser)["response"])["state"] == state


def test_a_form_needs_an_address_to_post_to(a, browser):
    native = a.client("native", redirect_uris=("com.example.app:/cb",))
    native.redirect_uri = "com.example.app:/cb"

    browser.open(native.authorization_url(response_mode="form_post.jwt"))

    assert in_query(browser)["error"] == "invalid_request"


def test_an_address_that_is_not_registered_is_told_nothing(rp, browser):
    browser.open(rp.authorization_url(response_mode="jwt", redirect_uri="https://x.example/"))

    assert (browser.status, browser.left_for) == (400, None)


def test_it_is_no_token_of_another_kind(rp, browser, ann):
    browser.open(rp.authorization_url(response_mode="jwt"))
    browser.submit(username=EMAIL, password=PASSWORD).press("Allow")
    token = in_query(browser)["response"]

    assert "typ" not in header(token)
    assert rp.userinfo(token).status_code == 401
    introspected = rp.client.post(
        "/introspect", data={"token": token}, headers=rp.basic(), base_url=rp.issuer
    )
    assert json.loads(introspected.data) == {"active": False}
    assert browser.open(f"/logout?id_token_hint={token}").page == "sign-out", "it is no hint"


@spec("JARM", "4")
def test_discovery_offers_it(client):
    said = client.get("/.well-known/openid-configuration").json

    assert {"jwt", "query.jwt", "fragment.jwt", "form_post.jwt"} <= set(
        said["response_modes_supported"]
    )
    assert said["authorization_signing_alg_values_supported"] == [
        *("RS256", "ES256", "PS256", "EdDSA")
    ]


class TestTokensByTheBrowser:
    """Where the deployment offers them."""

    @pytest.fixture
    def overrides(self):
        return {"protocol": ProtocolSettings(front_channel_response_types=True)}

    @pytest.fixture
    def hybrid(self, a):
        return a.client(
            grant_types=["authorization_code", "implicit"], response_types=["code id_token"]
        )

    @spec("JARM", "2.3.4")
    def test_they_go_into_the_fragment(self, hybrid, browser, ann):
        browser.open(hybrid.authorization_url(response_type="code id_token", response_mode="jwt"))
        browser.submit(username=EMAIL, password=PASSWORD).press("Allow")

        said = unpacked(hybrid, in_fragment(browser)["response"])
        assert {"code", "id_token"} <= set(said)

    @spec("JARM", "2.3.1")
    def test_they_never_go_into_the_query(self, hybrid):
        asked = {"response_type": "code id_token", "response_mode": "query.jwt"}
        location = hybrid.client.get(hybrid.authorization_url(**asked)).headers["Location"]

        assert "error=invalid_request" in location
