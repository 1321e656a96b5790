"""One good value of each kind that we hand out, to be given where it is not meant."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest

from idp import carried
from idp.accounts import password_link
from idp.authentication import trusted_device
from idp.carried import Carried
from idp.clients import initial_access
from idp.extensions import db, transaction
from idp.models import User
from tests.security.world import World
from tests.support.browser import Browser
from tests.support.relying_party import RelyingParty, answer, claims

HOST = "idp.example"
SCOPE = "openid offline_access"
DEVICE_GRANT = "urn:ietf:params:oauth:grant-type:device_code"
GRANTS = ["authorization_code", "refresh_token", DEVICE_GRANT]


@dataclass
class Purse:
    """One good value of each kind, and everything it takes to use one."""

    world: World
    rp: RelyingParty
    browser: Browser
    waiting: Browser
    values: dict[str, str]
    registered: str

    def others(self, *kinds: str) -> Iterator[tuple[str, str]]:
        """Everything that is not of these kinds."""
        yield from (pair for pair in self.values.items() if pair[0] not in kinds)
        yield from {"nothing": "x", "nul": "\\0", "blank": " "}.items()

    def stranger(self) -> Any:
        return self.world.app.test_client()


def bearer(value: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {value}"}


def cookie(browser: Browser, name: str) -> str:
    found = browser.client.get_cookie(name, HOST)
    assert found is not None
    return str(found.value)


@pytest.fixture(scope="module")
def world_settings() -> dict[str, Any]:
    """Whoever registers a client needs a token for it."""
    return {"dynamic_registration": "token"}


@pytest.fixture(scope="module")
def purse(world: World) -> Purse:
    user, rp = world.a.user(), world.a.client(trusted=True, grant_types=GRANTS)
    browser = world.signed_in(rp, scope=SCOPE)
    first = answer(browser.left_for)["code"]
    tokens = rp.exchange(first).get_json()
    browser.open("/account/")
    form_token = str(browser.find("input[name=csrf_token]")["value"])
    waiting = world.browser().open(rp.authorization_url())
    machine = world.a.client("machine")
    device = rp.client.post(
        "/device_authorization", data={"scope": "openid"}, headers=rp.basic(), base_url=rp.issuer
    ).json
    with world.app.app_context(), transaction():
        link = password_link.issue(db.session.get_one(User, user.id))
        end = world.clock.now() + timedelta(days=1)
        trusted_device.trust(user.id)
        trusted = carried.value(Carried.TRUST)
        initial = initial_access.issue("test", {}, uses=5, expires_at=end)
    said = world.app.test_client().post(
        "/register",
        json={"client_name": "Opaque", "redirect_uris": ["https://opaque.example/cb"]},
        headers=bearer(initial),
    )
    facts = claims(tokens["access_token"])
    values = {
        "code": world.code(rp, browser),
        "spent code": first,
        "refresh token": tokens["refresh_token"],
        "access token": tokens["access_token"],
        "id token": tokens["id_token"],
        "client's own token": machine.token(grant_type="client_credentials").json["access_token"],
        "session cookie": cookie(browser, "__Host-session"),
        "browser cookie": cookie(waiting, "__Host-browser"),
        "device cookie": cookie(browser, "__Host-device"),
        "trusted device's cookie": trusted,
        "interaction": waiting.url.split("/")[-2],
        "form token": form_token,
        "client secret": str(rp.client_secret),
        "client id": rp.client_id,
        "device code": device["device_code"],
        "user code": device["user_code"],
        "set-password link": link,
        "initial access token": initial,
        "registration token": said.json["registration_access_token"],
        **{name: facts[name] for name in ("jti", "fam", "sid", "sub")},
    }
    return Purse(world, rp, browser, waiting, values, said.json["client_id"])
