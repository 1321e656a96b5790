"""A98: keys change while tokens are under way, on two nodes that share one database."""

from __future__ import annotations

import time
from collections.abc import Iterator

import pytest
from flask import Flask

from idp.extensions import transaction
from idp.signing import rotation
from tests.support import provider
from tests.support.browser import Browser
from tests.support.factories import EMAIL, PASSWORD, Factory
from tests.support.relying_party import RelyingParty, answer, header
from tests.support.time_travel import Clock

pytestmark = pytest.mark.each_engine

ROTATIONS = 3
STALE_SECONDS = 1.1
"""A node compares its cached keys with the database once a second, by the real clock."""


@pytest.fixture
def other_node(settings) -> Iterator[Flask]:
    built = provider.build(settings)
    yield built
    provider.dispose(built)


@pytest.fixture
def rp(a: Factory) -> RelyingParty:
    return a.client(trusted=True)


def published(node: Flask) -> set[str]:
    return {key["kid"] for key in node.test_client().get("/jwks").get_json()["keys"]}


def test_every_token_verifies_on_every_node_through_every_rotation(
    a: Factory, other_node: Flask, browser: Browser, rp: RelyingParty, clock: Clock
) -> None:
    a.user()
    browser.open(rp.authorization_url()).submit(username=EMAIL, password=PASSWORD)
    access_tokens: list[str] = []
    signing_keys: set[str] = set()
    for turn in range(ROTATIONS):
        if turn:
            with a.app.app_context(), transaction():
                rotation.rotate_at_once("ES256")
                rotation.rotate_at_once("RS256")
            browser.open(rp.authorization_url())
        tokens = rp.exchange(answer(browser.left_for)["code"]).get_json()
        access_tokens.append(tokens["access_token"])
        signing_keys |= {header(tokens[name])["kid"] for name in ("access_token", "id_token")}
        clock.advance(seconds=2)
        time.sleep(STALE_SECONDS)

        for node in (a.app, other_node):
            assert signing_keys <= published(node)
            for token in access_tokens:
                bearer = {"Authorization": f"Bearer {token}"}
                assert node.test_client().get("/userinfo", headers=bearer).status_code == 200

    assert len(signing_keys) == 2 * ROTATIONS


def test_a_key_that_was_never_ours_verifies_nothing(
    a: Factory, browser: Browser, rp: RelyingParty
) -> None:
    a.user()
    browser.open(rp.authorization_url()).submit(username=EMAIL, password=PASSWORD)
    token = rp.exchange(answer(browser.left_for)["code"]).get_json()["access_token"]
    _head, payload, signature = token.split(".")
    foreign = "eyJhbGciOiJFUzI1NiIsInR5cCI6ImF0K2p3dCIsImtpZCI6InVua25vd24ifQ"

    assert rp.userinfo(f"{foreign}.{payload}.{signature}").status_code == 401
