"""A stolen code in somebody else's hands: another app, another sign-in, another address."""

from __future__ import annotations

import secrets

import pytest

from tests.http.oauth.conftest import refused
from tests.security.world import World
from tests.support.relying_party import RelyingParty, claims

MALLORY = "mallory@example.com"


@pytest.fixture(scope="module")
def rp(world: World) -> RelyingParty:
    world.a.user()
    world.a.user(MALLORY, name="Mallory")
    return world.a.client(
        trusted=True, redirect_uris=["https://app.example/callback", "https://app.example/other"]
    )


def same_app_elsewhere(rp: RelyingParty) -> RelyingParty:
    """The same client in another browser: another sign-in, so another verifier."""
    return RelyingParty(
        rp.client, rp.issuer, rp.client_id, rp.client_secret, verifier=secrets.token_urlsafe(48)
    )


@pytest.fixture
def stolen(world: World, rp: RelyingParty) -> str:
    """The victim's code, seen on its way."""
    return world.code(rp, world.signed_in(rp))


def test_injected_into_the_attackers_own_sign_in_it_is_refused(world, rp, stolen) -> None:
    """A54: the app in Mallory's browser proves another sign-in; the victim's goes on."""
    mallorys = same_app_elsewhere(rp)
    own = world.code(mallorys, world.signed_in(mallorys, email=MALLORY))

    refused(mallorys.exchange(stolen), 400, "invalid_grant")

    assert mallorys.exchange(own).status_code == 200
    assert rp.exchange(stolen).status_code == 200


def test_the_attackers_code_in_the_victims_browser_is_refused(world, rp) -> None:
    """A54, the other way round: the victim does not end in Mallory's account."""
    mallorys = same_app_elsewhere(rp)
    planted = world.code(mallorys, world.signed_in(mallorys, email=MALLORY))

    refused(rp.exchange(planted), 400, "invalid_grant")


def test_no_other_app_and_no_other_address_redeems_it(world, rp, stolen) -> None:
    """A54: also with the victim's verifier."""
    other = world.a.client(client_name="Other", trusted=True)
    other.verifier = rp.verifier
    spa = world.a.client("spa", client_name="Page", trusted=True)
    spa.verifier = rp.verifier

    refused(other.exchange(stolen), 400, "invalid_grant")
    refused(spa.exchange(stolen), 400, "invalid_grant")
    refused(rp.exchange(stolen, redirect_uri="https://app.example/other"), 400, "invalid_grant")
    refused(rp.exchange(stolen, headers={}, client_id=rp.client_id), 401, "invalid_client")

    assert rp.exchange(stolen).status_code == 200


def test_a_downgraded_exchange_is_refused(rp, stolen) -> None:
    """A53, A54: the challenge of the request wants its verifier, not the challenge itself."""
    challenge = rp.parameters()["code_challenge"]
    for verifier in (None, challenge, rp.verifier[:-1], rp.verifier + "A", rp.verifier.swapcase()):
        refused(rp.exchange(stolen, code_verifier=verifier), 400, "invalid_grant")

    assert rp.exchange(stolen).status_code == 200


def test_a_second_redemption_ends_what_the_first_one_gave(world, rp, stolen) -> None:
    """A54, A77: whoever was first, the thief or the app."""
    tokens = rp.exchange(stolen).json

    refused(rp.exchange(stolen), 400, "invalid_grant")

    assert rp.userinfo(tokens["access_token"]).status_code == 401
    refused(rp.refresh(tokens["refresh_token"]), 400, "invalid_grant")
    assert world.events("code_reused")


def test_the_nonce_is_of_the_request_that_made_the_code(world, rp, stolen) -> None:
    """A54: an app that compares it sees an injected code as well."""
    identity = claims(rp.exchange(stolen).json["id_token"])

    assert identity["nonce"] == rp.parameters()["nonce"]
