"""What the provider has answered, and what every later answer is therefore judged by.

Only an answer that arrived is a promise: a request whose answer was lost may have been done or not.
"""

from __future__ import annotations

import secrets
import time
from collections import Counter, defaultdict, deque
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from enum import Enum, auto

from tests.support.relying_party import RelyingParty

KEPT = 1500
"""Of each kind: what an hour brings must not fill the memory."""


class Fate(Enum):
    """What we were told last."""

    LIVE = auto()
    ENDED = auto()
    UNKNOWN = auto()
    """The answer was lost."""


@dataclass(slots=True, eq=False)
class Promise:
    """Something that was answered; in one hand at a time."""

    fate: Fate = Fate.LIVE
    in_hand: bool = False
    made_at: float = field(default_factory=time.monotonic)
    ended_at: float = 0.0

    def end(self) -> None:
        """We were told that it is over."""
        self.fate, self.ended_at = Fate.ENDED, time.monotonic()


@dataclass(slots=True, eq=False)
class Code(Promise):
    """An authorization code, and what redeems it."""

    value: str = ""
    verifier: str = ""


@dataclass(slots=True, eq=False)
class Grant(Promise):
    """Everything that came of one code."""

    client: RelyingParty | None = None
    code: Code = field(default_factory=Code)
    access_token: str = ""
    refresh_token: str = ""
    spent: list[str] = field(default_factory=list)
    """Refresh tokens that have been used."""


@dataclass(slots=True, eq=False)
class SignedIn(Promise):
    """A browser with a session."""

    cookies: dict[str, str] = field(default_factory=dict)
    email: str = ""


@dataclass(slots=True)
class Ledger:
    """All promises, all broken ones, and how much was done."""

    codes: deque[Code] = field(default_factory=lambda: deque(maxlen=KEPT))
    """Not redeemed yet."""
    grants: deque[Grant] = field(default_factory=lambda: deque(maxlen=KEPT))
    ended: deque[Grant] = field(default_factory=lambda: deque(maxlen=KEPT))
    sessions: deque[SignedIn] = field(default_factory=lambda: deque(maxlen=KEPT))
    signed_out: deque[SignedIn] = field(default_factory=lambda: deque(maxlen=KEPT))
    guesses: defaultdict[str, int] = field(default_factory=lambda: defaultdict(int))
    """Wrong passwords that were looked at, by user."""
    done: Counter[str] = field(default_factory=Counter)
    lost: Counter[str] = field(default_factory=Counter)
    """Answers that never came, by kind of request."""
    away: Counter[str] = field(default_factory=Counter)
    """503 with Retry-After."""
    broken: list[str] = field(default_factory=list)
    """Each one is a promise that was not kept."""
    outage: bool = False
    """Something is away on purpose: 503 with Retry-After is the right answer now."""

    def broke(self, what: str) -> None:
        """Write down a broken promise."""
        self.broken.append(f"{time.strftime('%H:%M:%S')} {what}")

    @property
    def answers(self) -> int:
        return sum(self.done.values())


@contextmanager
def in_hand(promises: deque[Promise] | deque[Grant] | deque[SignedIn]) -> Iterator[Promise | None]:
    """Any live one that nobody else has now."""
    found = None
    for _try in range(12):
        if not promises:
            break
        one = secrets.choice(promises)
        if not one.in_hand and one.fate is Fate.LIVE:
            found = one
            break
    if found is None:
        yield None
        return
    found.in_hand = True
    try:
        yield found
    finally:
        found.in_hand = False
