"""The code on a television: not guessed, not allowed by accident, not used by another app."""

from __future__ import annotations

import re

import pytest

from tests.http.oauth.conftest import refused
from tests.security.world import World
from tests.support.factories import EMAIL, PASSWORD
from tests.support.relying_party import RelyingParty

GRANT = "urn:ietf:params:oauth:grant-type:device_code"


@pytest.fixture(scope="module")
def world_settings() -> dict[str, str]:
    """Guesses are counted here."""
    return {"throttling": "on"}


@pytest.fixture(scope="module")
def tv(world: World) -> RelyingParty:
    world.a.user()
    return world.a.client("native", redirect_uris=["http://127.0.0.1/callback"], client_name="TV")


@pytest.fixture
def asked(world: World, tv: RelyingParty) -> dict[str, str]:
    """A device's question, long after the guesses of any other test."""
    world.clock.advance(hours=1)
    data = {"client_id": tv.client_id, "scope": "openid"}
    return dict(tv.client.post("/device_authorization", data=data).json)


def poll(rp: RelyingParty, device_code: str):
    return rp.token(grant_type=GRANT, device_code=device_code)


def test_a_code_is_long_enough_and_of_letters_that_make_no_words(asked) -> None:
    """A100: eight of twenty."""
    assert re.fullmatch("[BCDFGHJKLMNPQRSTVWXZ]{4}-[BCDFGHJKLMNPQRSTVWXZ]{4}", asked["user_code"])


def test_a_code_in_an_address_allows_nothing(world: World, tv, asked) -> None:
    """A100: the link fills in the field; the user still decides."""
    browser = world.browser().open(asked["verification_uri_complete"])
    assert browser.left_for is None
    refused(poll(tv, asked["device_code"]), 400, "authorization_pending")

    browser.submit(user_code=asked["user_code"])
    if browser.page == "sign-in":
        browser.submit(username=EMAIL, password=PASSWORD)

    assert "TV" in browser.text
    assert any(button.get_text(strip=True) == "Allow" for button in browser.all("button"))
    world.clock.advance(seconds=30)
    refused(poll(tv, asked["device_code"]), 400, "authorization_pending")


def test_the_question_belongs_to_the_browser_that_was_asked(world: World, tv, asked) -> None:
    """A66, A100: somebody else's question is not there to be allowed."""
    mine = world.browser().open(asked["verification_uri_complete"])
    mine.submit(user_code=asked["user_code"]).submit(username=EMAIL, password=PASSWORD)
    victim = world.browser().open(mine.url)

    assert victim.status == 404


def test_another_app_does_not_get_what_was_allowed(world: World, tv, asked) -> None:
    """A100."""
    thief = world.a.client("native", client_name="Thief", redirect_uris=["http://127.0.0.1/x"])
    browser = world.browser().open(asked["verification_uri_complete"])
    browser.submit(user_code=asked["user_code"]).submit(username=EMAIL, password=PASSWORD)
    browser.press("Allow")
    world.clock.advance(seconds=30)

    refused(poll(thief, asked["device_code"]), 400, "invalid_grant")

    assert poll(tv, asked["device_code"]).status_code == 200
    refused(poll(tv, asked["device_code"]), 400, "invalid_grant")


def test_the_code_of_the_page_is_none_of_the_device(tv, asked) -> None:
    """A79, A100."""
    refused(poll(tv, asked["user_code"]), 400, "invalid_grant")
    refused(poll(tv, asked["device_code"][:-1]), 400, "invalid_grant")


def test_guessing_ends_after_a_few_tries(world: World, tv, asked) -> None:
    """A100: even for who then has the right one."""
    browser = world.browser().open(asked["verification_uri"])
    statuses = [browser.submit(user_code=f"BCDF-{tail}").status for tail in GUESSES]

    assert statuses[0] < 429
    assert statuses[-1] == 429
    assert browser.submit(user_code=asked["user_code"]).status == 429


GUESSES = [f"{first}{second}BB" for first in "BCDFG" for second in "HJ"]
