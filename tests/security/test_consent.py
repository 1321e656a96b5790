"""Consent is given knowingly, by the person who is asked, to exactly what was shown."""

from __future__ import annotations

import pytest

from idp.models import User
from tests.security.world import World
from tests.support.factories import EMAIL
from tests.support.relying_party import RelyingParty, answer, claims

REGISTERED = {"redirect_uris": ["https://app-login.example/cb"]}
DECEITFUL = [
    "x" * 65,
    "x" * 10_000,
    "Pho\u202etos",
    "\u2066Photos",
    "Pho\u200btos",
    "Pho\u00adtos",
    "Photos\u2060",
    "Pho\ufefftos",
    "Photos\n",
    "Pho\x00tos",
    "Pho\ud800tos",
    " Photos",
    "Photos\u3000",
    "",
]


@pytest.fixture(scope="module", autouse=True)
def ann(world: World) -> User:
    return world.a.user()


@pytest.mark.parametrize("name", DECEITFUL, ids=ascii)
def test_a_name_that_deceives_is_not_registered(world: World, name: str) -> None:
    """A65: hidden, turned around, or too long to see the rest of the page."""
    response = world.app.test_client().post("/register", json=REGISTERED | {"client_name": name})

    assert (response.status_code, response.json["error"]) == (400, "invalid_client_metadata")


def test_the_page_shows_where_the_answer_goes_and_that_nobody_vouches(world: World) -> None:
    """A65: a famous name does not hide the host behind it."""
    said = world.app.test_client().post("/register", json=REGISTERED | {"client_name": "My Bank"})
    phisher = RelyingParty(
        world.app.test_client(),
        world.issuer,
        said.json["client_id"],
        said.json["client_secret"],
        redirect_uri="https://app-login.example/cb",
    )

    browser = world.signed_in(phisher)

    assert browser.page == "consent"
    assert "app-login.example" in browser.find(".card-head").get_text()
    assert "New app" in browser.find(".card-head").get_text()


def test_a_person_is_asked_in_her_own_browser_only(world: World, ann: User) -> None:
    """A66: a stranger's page, opened or posted by somebody else, is not there."""
    rp = world.a.client(client_name="Unasked")
    attacker = world.signed_in(rp)
    assert attacker.page == "consent"
    form = attacker.fields_of(attacker.find("main form[method=post]")) | {"decision": "allow"}
    page, victim = attacker.url, world.signed_in(rp)

    victim.open(page)
    assert (victim.status, victim.page) == (404, "expired")
    victim.open(page, method="POST", data=form)
    assert (victim.status, victim.left_for) == (404, None)
    assert attacker.reload().page == "consent"


def test_what_is_allowed_is_what_was_shown(world: World) -> None:
    """A67: the post names no scope, client or address that counts."""
    rp = world.a.client()
    world.a.client(client_name="Thief", redirect_uris=["https://thief.example/cb"])
    browser = world.signed_in(rp, scope="openid email")
    form = browser.find("main form[method=post]")
    widened = browser.fields_of(form) | {
        "decision": "allow",
        "scope": "openid email profile address phone offline_access",
        "client_id": "other",
        "redirect_uri": "https://thief.example/cb",
        "claims": '{"userinfo":{"birthdate":null}}',
        "resource": "https://api.example/",
        "state": "other",
        "user_id": "other",
        "acr_values": "urn:idp:loa:2fa",
    }

    browser.open(str(form["action"]), method="POST", data=widened)

    said = answer(browser.left_for)
    assert (browser.left_for or "").startswith(f"{rp.redirect_uri}?")
    assert said["state"] == rp.parameters()["state"]
    tokens = rp.exchange(said["code"]).json
    assert tokens["scope"] == "openid email"
    assert set(claims(tokens["access_token"])["scope"].split()) == {"openid", "email"}
    assert set(rp.userinfo(tokens["access_token"]).json) == {"sub", "email", "email_verified"}


def test_a_wider_request_is_asked_about_again(world: World) -> None:
    """A67: what was allowed once covers no more than that."""
    other = world.a.client(client_name="Albums")
    browser = world.signed_in(other, scope="openid").press("Allow")
    assert browser.left_for is not None

    assert browser.open(other.authorization_url(scope="openid")).left_for is not None
    browser.open(other.authorization_url(scope="openid email"))

    assert (browser.page, browser.left_for) == ("consent", None)
    assert EMAIL in browser.text


@pytest.mark.parametrize("decision", ["", "ALLOW", "allow ", "yes", "true", "deny"])
def test_only_allow_allows(world: World, decision: str) -> None:
    """A67."""
    client = world.a.client(client_name=f"App {decision.strip() or 'none'}{len(decision)}")
    browser = world.signed_in(client)
    form = browser.find("main form[method=post]")

    fields = browser.fields_of(form) | {"decision": decision}
    browser.open(str(form["action"]), method="POST", data=fields)

    assert "code" not in (answer(browser.left_for) if browser.left_for else {})
