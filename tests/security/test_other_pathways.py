"""Ways in beside the sign-in page: each asks for the level, or says that it was not reached."""

from __future__ import annotations

from typing import Any

import pytest

from tests.security.world import World
from tests.support.factories import EMAIL, PASSWORD, Phone
from tests.support.relying_party import RelyingParty, answer, claims

DEVICE = "urn:ietf:params:oauth:grant-type:device_code"
TWO = "urn:idp:loa:2fa"


@pytest.fixture(scope="module")
def phone(world: World) -> Phone:
    return world.a.phone(world.a.user())


@pytest.fixture(scope="module")
def tv(world: World, phone: Phone) -> RelyingParty:
    return world.a.client("native", redirect_uris=["http://127.0.0.1/callback"], client_name="TV")


def test_a_television_is_let_in_by_both_factors_or_not_at_all(
    world: World, phone: Phone, tv: RelyingParty
) -> None:
    """A23: the device flow."""
    data = {"client_id": tv.client_id, "scope": "openid"}
    asked = tv.client.post("/device_authorization", data=data).get_json()
    browser = world.browser().open(asked["verification_uri_complete"])
    browser.submit(user_code=asked["user_code"]).submit(username=EMAIL, password=PASSWORD)
    assert browser.page == "second-factor"

    base, fields = browser.url.removesuffix("/second-factor"), {"decision": "allow"}
    fields |= browser.fields_of(browser.find("form[action$='second-factor']"))
    browser.open(base + "/device", method="POST", data=fields)

    assert browser.page == "second-factor"
    world.clock.advance(seconds=30)
    waiting = tv.token(grant_type=DEVICE, device_code=asked["device_code"])
    assert waiting.get_json()["error"] == "authorization_pending"

    browser.submit(code=phone.code()).press("Allow")
    world.clock.advance(seconds=30)
    told = tv.token(grant_type=DEVICE, device_code=asked["device_code"]).get_json()
    assert claims(told["id_token"])["acr"] == TWO


@pytest.mark.parametrize(
    "fields",
    [
        {"grant_type": "password", "username": EMAIL, "password": PASSWORD},
        {"grant_type": "client_credentials", "username": EMAIL, "scope": "openid"},
        {"grant_type": "urn:ietf:params:oauth:grant-type:jwt-bearer", "assertion": "e30.e30."},
        {"grant_type": "urn:ietf:params:oauth:grant-type:token-exchange", "subject_token": "x"},
    ],
    ids=lambda fields: fields["grant_type"].rsplit(":", 1)[-1],
)
def test_no_grant_takes_a_password_or_speaks_for_a_user(
    world: World, phone: Phone, fields: dict[str, Any]
) -> None:
    """A23."""
    response = world.a.client().token(**fields)

    assert response.status_code == 400
    assert response.get_json()["error"] in {"unsupported_grant_type", "unauthorized_client"}


def test_a_refreshed_token_is_worth_what_the_sign_in_was(world: World) -> None:
    """A23: also when the browser has been stepped up since."""
    email = "bob@example.com"
    bob, rp = world.a.user(email, name="Bob"), world.a.client(trusted=True)
    browser = world.signed_in(rp, email, scope="openid offline_access")
    tokens = rp.exchange(answer(browser.left_for)["code"]).get_json()
    assert claims(tokens["id_token"])["acr"] == "urn:idp:loa:1fa"

    phone = world.a.phone(bob)
    browser.open(rp.authorization_url(acr_values=TWO)).submit(code=phone.code())
    assert browser.left_for is not None

    again = rp.refresh(tokens["refresh_token"]).get_json()
    assert claims(again["id_token"])["acr"] == "urn:idp:loa:1fa"


@pytest.mark.parametrize("path", ["/userinfo", "/introspect", "/account/", "/account/totp"])
def test_a_browsers_password_alone_speaks_to_nothing(world: World, phone: Phone, path: str) -> None:
    """A23: nothing but a session or a token is taken."""
    browser = world.signed_in(world.a.client())
    assert browser.page == "second-factor"

    response = browser.client.get(path)

    assert response.status_code in {303, 401, 405}
