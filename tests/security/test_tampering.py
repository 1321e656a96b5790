"""Whoever edits the request on its way through the browser gains nothing."""

from __future__ import annotations

import base64
import json

import pytest
from joserfc import jwt as jose
from joserfc.jwk import OctKey, RSAKey

from tests.security.world import World
from tests.support.factories import EMAIL, PASSWORD
from tests.support.relying_party import RelyingParty, answer, claims, header
from tests.support.spec_matrix import spec

LOA1, LOA2 = "urn:idp:loa:1fa", "urn:idp:loa:2fa"
BOB = "bob@example.com"


@pytest.fixture(scope="module")
def people(world: World) -> dict[str, object]:
    ann, bob = world.a.user(), world.a.user(BOB, name="Bob")
    return {"ann": ann, "bob": bob, "phone": world.a.phone(ann)}


@pytest.fixture(scope="module")
def bank(world: World) -> RelyingParty:
    return world.a.client(min_acr=LOA2, trusted=True, client_name="Bank")


@pytest.fixture(scope="module")
def rp(world: World) -> RelyingParty:
    return world.a.client(trusted=True)


def acr_claim(**wanted: object) -> str:
    return json.dumps({"id_token": {"acr": wanted}})


@pytest.fixture(scope="module")
def hint(world: World, rp: RelyingParty, people) -> str:
    """An ID token of Ann's."""
    return str(world.approver(people["ann"]).tokens(rp)["id_token"])


LOWERED = [
    {"acr_values": LOA1},
    {"acr_values": "1"},
    {"acr_values": "0"},
    {"acr_values": f"{LOA1} {LOA2}"},
    {"acr_values": "urn:somebody:else"},
    {"claims": acr_claim(value=LOA1)},
    {"claims": acr_claim(essential=True, values=[LOA1])},
    {"claims": acr_claim(essential=False, value="0"), "acr_values": "1"},
    {"max_age": str(2**31 - 1)},
    {"prompt": "consent"},
    {"prompt": "select_account"},
    {"min_acr": LOA1, "default_acr_values": LOA1},
]


@spec("OIDC Core", "3.1.2.1")
@pytest.mark.parametrize("lowered", LOWERED, ids=str)
def test_no_request_lowers_what_the_client_has_registered(world, bank, people, lowered):
    """A57: both factors are asked, and the code is there only after both."""
    browser = world.signed_in(bank, **lowered)
    assert (browser.page, browser.left_for) == ("second-factor", None)

    world.clock.advance(seconds=30)
    browser.submit(code=people["phone"].code())
    identity = claims(bank.exchange(answer(browser.left_for)["code"]).json["id_token"])
    assert set(identity["amr"]) == {"pwd", "otp", "mfa"}


GARBAGE = [
    *({"max_age": age} for age in ("abc", "-1", "1e9", "9" * 99, "0x10", "1 2", "\u0661", "NaN")),
    *({"claims": text} for text in ("{", "[]", '"x"', "null", "1", "{'a':1}", '{"id_token":[]}')),
    *({"claims": text} for text in ('{"a":NaN}', '{"id_token":{"acr":{"values":1}}}', "[" * 99)),
    *({"claims": json.dumps({"userinfo": {"x" * 9_000: None}})},),
    *({"prompt": text} for text in ("none login", "none none consent", "Login", "x", "login,none")),
]


@pytest.mark.parametrize("garbage", GARBAGE, ids=lambda one: str(one)[:40])
def test_garbage_is_an_invalid_request(rp, garbage):
    """A57."""
    asked = rp.parameters(**({"prompt": "none"} | garbage))
    response = rp.client.post("/authorize", data=asked)

    assert answer(response.headers["Location"])["error"] == "invalid_request"


@spec("OIDC Core", "3.1.2.1")
@pytest.mark.parametrize(
    "asked",
    [
        {"prompt": "login"},
        {"max_age": 0},
        {"max_age": 60},
        {"prompt": "login select_account"},
        {"prompt": "login", "login_hint": BOB},
    ],
    ids=str,
)
def test_a_session_is_no_fresh_proof(world, rp, people, asked):
    """A58: not by choosing the account, nor by going back, nor by asking for another one."""
    browser = world.signed_in(rp, email=BOB)
    before = claims(rp.exchange(answer(browser.left_for)["code"]).json["id_token"])
    world.clock.advance(seconds=61)

    browser.open(rp.authorization_url(**asked))
    if browser.page == "select-account":
        browser._send(browser.find("button[name=sid]"))
    assert (browser.page, browser.left_for) == ("sign-in", None)
    base = browser.url.removesuffix("/sign-in")
    for path in (base, f"{base}/consent", f"{base}/second-factor", f"{base}/select-account"):
        browser.open(path)
        assert (browser.page, browser.left_for) == ("sign-in", None), path

    browser.submit(username=BOB, password=PASSWORD)
    after = claims(rp.exchange(answer(browser.left_for)["code"]).json["id_token"])
    assert after["auth_time"] == int(world.clock.now().timestamp()) > before["auth_time"]


def test_a_fresh_proof_is_one_of_all_factors(world, bank, people):
    """A58: an old second factor does not ride along with a new password."""
    world.clock.advance(seconds=30)
    browser = world.signed_in(bank).submit(code=people["phone"].code())
    world.clock.advance(seconds=90)

    browser.open(bank.authorization_url(prompt="login"))
    browser.submit(username=EMAIL, password=PASSWORD)

    assert (browser.page, browser.left_for) == ("second-factor", None)


class TestSilence:
    """`prompt=none` shows no page and tells no more than it must (A59)."""

    def test_without_consent_it_is_required(self, world, people):
        """A59."""
        asking = world.a.client(client_name="Asking")
        browser = world.signed_in(asking, email=BOB)
        assert browser.page == "consent"

        browser.open(asking.authorization_url(prompt="none"))

        assert answer(browser.left_for)["error"] == "consent_required"

    def test_the_hint_of_somebody_else_is_a_login_that_is_required(self, world, rp, people):
        """A59."""
        hint = world.approver(people["ann"]).tokens(rp)["id_token"]
        browser = world.signed_in(rp, email=BOB)

        browser.open(rp.authorization_url(prompt="none", id_token_hint=hint))

        assert answer(browser.left_for)["error"] == "login_required"

    def test_a_level_that_was_not_proven_is_not_told(self, world, rp, people):
        """A59."""
        essential = acr_claim(essential=True, values=[LOA2])
        bob = world.signed_in(rp, email=BOB)

        bob.open(rp.authorization_url(prompt="none", claims=essential))

        assert answer(bob.left_for)["error"] == "interaction_required"

    @pytest.mark.parametrize("changes", [{"prompt": "none"}, {"prompt": None}, {"client_id": "x"}])
    def test_no_frame_shows_any_of_it(self, rp, changes):
        """A59, A63: neither the answer nor the page of an error."""
        response = rp.client.get(rp.authorization_url(**changes))

        assert response.headers["X-Frame-Options"] == "DENY"
        assert "frame-ancestors 'none'" in response.headers["Content-Security-Policy"]


class TestHint:
    """`id_token_hint` never signs anybody in (A60)."""

    def test_alone_it_leads_to_the_sign_in_page(self, world, rp, hint):
        """A60, R75: also long after it has expired."""
        for _age in range(2):
            browser = world.browser().open(rp.authorization_url(id_token_hint=hint))
            assert (browser.page, browser.left_for) == ("sign-in", None)
            browser.open(rp.authorization_url(id_token_hint=hint, prompt="none"))
            assert answer(browser.left_for)["error"] == "login_required"
            world.clock.advance(hours=2)

    def test_of_somebody_else_it_leads_to_the_sign_in_page(self, world, rp, hint):
        """A60, R75: and whoever signs in as another is not who was meant."""
        browser = world.signed_in(rp, email=BOB)

        browser.open(rp.authorization_url(id_token_hint=hint))

        assert (browser.page, browser.left_for) == ("sign-in", None)

    def test_what_we_did_not_sign_for_this_client_is_refused(self, world, rp, hint, people):
        """A60."""
        payload, kid = claims(hint), header(hint)["kid"]
        stranger = RSAKey.generate_key(2048)
        published = rp.client.get("/jwks").json["keys"]
        public = next(key for key in published if key["kid"] == kid)
        as_secret = OctKey.import_key(base64.urlsafe_b64decode(public["n"] + "=="))
        other = world.a.client(trusted=True, client_name="Other")
        head = {"alg": "RS256", "kid": kid}
        _, body, signature = hint.split(".")
        forged = [
            jose.encode(head, payload, stranger),
            jose.encode(head, payload | {"iss": "https://evil.example"}, stranger),
            jose.encode(
                {"alg": "RS256", "jwk": stranger.as_dict(private=False)}, payload, stranger
            ),
            jose.encode({"alg": "HS256", "kid": kid}, payload, as_secret, algorithms=["HS256"]),
            f"{unsigned({'alg': 'none'})}.{body}.",
            f"{unsigned({'alg': 'RS256', 'kid': '../../keys'})}.{body}.{signature}",
            f"{unsigned(head | {'crit': ['x']})}.{body}.{signature}",
            world.approver(people["ann"]).tokens(other)["id_token"],
            hint + "A",
            hint.replace(".", ".."),
        ]

        for token in forged:
            response = rp.client.get(rp.authorization_url(id_token_hint=token, prompt="none"))
            assert answer(response.headers["Location"])["error"] == "invalid_request", token

    def test_a_large_one_is_not_looked_at(self, rp):
        """A60."""
        body = rp.parameters(id_token_hint="a." * 30_000, prompt="none")

        response = rp.client.post("/authorize", data=body)

        assert answer(response.headers["Location"])["error"] == "invalid_request"


def unsigned(head: dict[str, object]) -> str:
    return base64.urlsafe_b64encode(json.dumps(head).encode()).rstrip(b"=").decode()
