"""A client that pretends a refusal was a yes: what it asks for next is refused all the same."""

from __future__ import annotations

import pytest

from tests.security.world import World
from tests.support.browser import Browser
from tests.support.factories import EMAIL
from tests.support.relying_party import RelyingParty

ONWARD = ["", "/consent", "/recovery-codes", "/enrol-totp", "/enrol-passkey", "/verify-email"]
"""Pages that come after the factors."""
ACCOUNT = ["/account/", "/account/security", "/account/totp", "/account/password"]


@pytest.fixture(scope="module")
def rp(world: World) -> RelyingParty:
    world.a.phone(world.a.user())
    return world.a.client()


def flip(browser: Browser, base: str, **claimed: str) -> None:
    """Go on as a changed answer would have made a script go on."""
    token = str(browser.find("main input[name=csrf_token]")["value"])
    for step in ONWARD:
        browser.open(base + step)
        assert browser.left_for is None
        fields = {"csrf_token": token, "decision": "allow", "saved": "yes"} | claimed
        browser.open(base + (step or "/consent"), method="POST", data=fields)
        assert browser.left_for is None
    for path in ACCOUNT:
        assert browser.open(path).page == "sign-in", path
    assert browser.client.get_cookie("__Host-session", "idp.example") is None


@pytest.mark.parametrize(
    "claimed",
    [{}, {"mfa": "false", "authenticated": "true"}, {"acr": "urn:idp:loa:2fa", "amr": "mfa"}],
    ids=["as it is", "mfa: false", "acr"],
)
def test_a_refused_password_stays_refused(
    world: World, rp: RelyingParty, claimed: dict[str, str]
) -> None:
    """A4."""
    browser = world.browser().open(rp.authorization_url())
    base = browser.url.removesuffix("/sign-in")
    assert browser.submit(username=EMAIL, password="not the password").status == 422

    flip(browser, base, **claimed)

    assert browser.open(base).page == "sign-in"


@pytest.mark.parametrize("code", ["000000", "", "not a code"])
def test_a_refused_code_stays_refused(world: World, rp: RelyingParty, code: str) -> None:
    """A4, A1."""
    browser = world.signed_in(rp)
    base = browser.url.removesuffix("/second-factor")
    assert browser.submit(code=code).status == 422

    flip(browser, base, mfa="false", code_accepted="true")

    assert browser.open(base).page == "second-factor"
