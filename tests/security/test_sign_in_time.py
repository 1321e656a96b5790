"""How long a sign-in takes tells nobody whether there is an account. Counted here in rounds of
hashing and in statements, which are the same on every machine; `benchmarks/telling_apart.py`
measures.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import bcrypt
import pytest
from sqlalchemy import delete, update

from config import PasswordSettings
from idp import clock
from idp.authentication import password, password_hash
from idp.extensions import db, transaction
from idp.models import Password, User
from tests.support.browser import Browser
from tests.support.factories import EMAIL, Factory
from tests.support.relying_party import RelyingParty

COST = 6
WRONG = "quite another password"


@dataclass
class Rounds:
    """What was hashed."""

    costs: list[int] = field(default_factory=list)

    @property
    def total(self) -> int:
        return sum(1 << cost for cost in self.costs)


@pytest.fixture
def overrides() -> dict[str, Any]:
    return {"throttling": "off", "passwords": PasswordSettings(bcrypt_cost=COST)}


@pytest.fixture
def rounds(monkeypatch: pytest.MonkeyPatch) -> Rounds:
    seen, check = Rounds(), bcrypt.checkpw

    def checkpw(typed: bytes, stored: bytes) -> bool:
        seen.costs.append(int(stored.split(b"$")[2]))
        return check(typed, stored)

    monkeypatch.setattr(password_hash.bcrypt, "checkpw", checkpw)
    return seen


def change(a: Factory, statement: Any) -> None:
    with a.app.app_context(), transaction():
        db.session.execute(statement)


def as_she_is(_a: Factory, _ann: User) -> str:
    return EMAIL


def unknown(_a: Factory, _ann: User) -> str:
    return "nobody@example.com"


def disabled(a: Factory, ann: User) -> str:
    change(a, update(User).where(User.id == ann.id).values(disabled_at=clock.now()))
    return EMAIL


def without_password(a: Factory, ann: User) -> str:
    change(a, delete(Password).where(Password.user_id == ann.id))
    return EMAIL


def with_an_older_hash(a: Factory, ann: User) -> str:
    with a.app.app_context():
        pepper = password.pepper_of(None)
    old = password_hash.make("four unrelated words here", pepper, COST - 2)
    change(a, update(Password).where(Password.user_id == ann.id).values(hash=old.hash))
    return EMAIL


@pytest.mark.parametrize("typed", [WRONG, "", "x" * 1024], ids=["wrong", "empty", "long"])
@pytest.mark.parametrize(
    "state", [as_she_is, unknown, disabled, without_password, with_an_older_hash]
)
def test_every_failed_sign_in_hashes_as_much(
    a: Factory, browser: Browser, rounds: Rounds, state: Any, typed: str
) -> None:
    """A32, R10."""
    rp: RelyingParty = a.client(trusted=True)
    name = state(a, a.user())

    browser.open(rp.authorization_url()).submit(username=name, password=typed)

    assert (browser.status, browser.page) == (422, "sign-in")
    assert rounds.total == 1 << COST
