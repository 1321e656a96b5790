"""A request never holds one of the pool's connections while it waits for another one: as many
sign-ins at once as the pool has connections are all answered.
"""

from __future__ import annotations

from collections import Counter
from threading import Barrier
from typing import Any

import pytest

from config import PasswordSettings
from idp.authentication import known_device, password_hash
from idp.extensions import db
from idp.throttle import Device
from tests.support.browser import Browser
from tests.support.factories import EMAIL, PASSWORD, Factory
from tests.support.race import at_once

OVERFLOW = 8
CONNECTIONS = 1 + OVERFLOW
PATIENCE = 30


@pytest.fixture
def overrides() -> dict[str, Any]:
    return {
        "database_pool_size": CONNECTIONS - OVERFLOW,
        "passwords": PasswordSettings(bcrypt_cost=4, hash_slots=2 * CONNECTIONS),
    }


@pytest.fixture
def together(monkeypatch: pytest.MonkeyPatch) -> None:
    """All have found their user, and are about to take a try."""
    gate, ask = Barrier(CONNECTIONS), known_device.for_password

    def ask_together(user_id: str) -> Device:
        device = ask(user_id)
        gate.wait(PATIENCE)
        return device

    monkeypatch.setattr(known_device, "for_password", ask_together)


def test_as_many_sign_ins_at_once_as_there_are_connections(
    a: Factory, browser: Browser, together: None
) -> None:
    a.user()
    forms = [
        Browser(a.app.test_client(), browser.issuer).open("/account/") for _ in range(CONNECTIONS)
    ]

    def sign_in() -> int:
        return forms.pop().submit(username=EMAIL, password=PASSWORD).status

    assert Counter(at_once(CONNECTIONS, sign_in)) == {200: CONNECTIONS}


def test_nobody_holds_a_connection_while_a_hash_is_computed(
    a: Factory, browser: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    a.user()
    browser.open("/account/")
    held: list[int] = []
    check = password_hash.matches

    def check_and_count(*args: Any) -> bool:
        held.append(pool.checkedout())
        return check(*args)

    with a.app.app_context():
        pool: Any = db.engine.pool
    monkeypatch.setattr(password_hash, "matches", check_and_count)

    browser.submit(username=EMAIL, password=PASSWORD)

    assert (browser.page, held) == ("account", [0])
