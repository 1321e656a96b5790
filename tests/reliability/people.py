"""Who takes part: apps, people with authenticator apps, and people whose passwords are guessed."""

from __future__ import annotations

import time
from dataclasses import dataclass, field

from flask import Flask

from tests.support.factories import PASSWORD, Factory, Phone
from tests.support.relying_party import RelyingParty

__all__ = ["PASSWORD", "Cast", "Person", "gather"]


@dataclass(slots=True, eq=False)
class Person:
    """Somebody with an authenticator app, which shows a code that is good once."""

    email: str
    id: str
    phone: Phone
    last_step: int = 0

    def fresh_code(self) -> str | None:
        """None when the code that is shown now has been used already."""
        step = int(time.time() // 30)
        if step <= self.last_step:
            return None
        self.last_step = step
        return self.phone.code()


@dataclass(frozen=True, slots=True)
class Cast:
    """Everybody."""

    rotating: RelyingParty
    """An app whose refresh tokens are replaced at each use."""
    machine: RelyingParty
    people: list[Person]
    victims: dict[str, str] = field(default_factory=dict)
    """Address → id of those whose passwords strangers guess."""


def gather(app: Flask, people: int = 12, victims: int = 6) -> Cast:
    """Make them in the app's database."""
    a = Factory(app)
    made = [a.user(f"person{number}@example.com") for number in range(people)]
    targets = [a.user(f"victim{number}@example.com") for number in range(victims)]
    return Cast(
        rotating=a.client(trusted=True, rotate_refresh_tokens=True),
        machine=a.client("machine"),
        people=[
            Person(f"person{number}@example.com", user.id, a.phone(user))
            for number, user in enumerate(made)
        ],
        victims={f"victim{number}@example.com": user.id for number, user in enumerate(targets)},
    )
