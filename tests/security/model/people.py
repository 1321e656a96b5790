"""Who takes part in the model: what somebody owns, knows, and has used before."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum

from tests.support.authenticator import Authenticator
from tests.support.factories import PASSWORD, Phone

PASSWORDS = (PASSWORD, "seven quiet words in a row", "nine other words stand there")
"""Mallory knows all of Ann's, also the next one."""


@dataclass(eq=False, repr=False)
class Person:
    """`phones`: by the authenticator's id. `pending`: those whose secret was only shown yet."""

    name: str
    user_id: str
    sub: str
    email: str
    password: str = PASSWORD
    phones: dict[str, Phone] = field(default_factory=dict)
    pending: list[Phone] = field(default_factory=list)
    codes: list[str] = field(default_factory=list)
    shown_codes: list[str] = field(default_factory=list)
    device: Authenticator | None = None
    answers: set[str] = field(default_factory=set)
    """Everything that the device has signed."""
    spent: list[str] = field(default_factory=list)
    """Codes that worked once."""
    links: list[str] = field(default_factory=list)
    """Of the mails that came."""
    keyrings: set[bytes] = field(default_factory=set)
    """Digests of every session cookie that the browser was ever given."""

    def __repr__(self) -> str:
        return self.name

    @property
    def other_password(self) -> str:
        """One that is not in use."""
        return next(one for one in PASSWORDS if one != self.password)

    def secrets(self) -> list[str]:
        """What nobody else may ever be shown."""
        phones = [*self.phones.values(), *self.pending]
        return [phone.secret for phone in phones] + self.codes + self.shown_codes


@dataclass(frozen=True, slots=True, repr=False)
class Request:
    """What a person's browser sent."""

    by: Person
    method: str
    url: str
    fields: dict[str, str]
    at: datetime

    def __repr__(self) -> str:
        return f"{self.by}: {self.method} {self.url}"

    @property
    def values(self) -> set[str]:
        return set(self.fields.values())


class How(Enum):
    """With what a form is filled in."""

    HONESTLY = "one's own address, password and code"
    AS_ANN = "Ann's address and password, one's own code"
    WITH_A_SPENT_CODE = "a code that worked before, here or elsewhere"
    AS_ANN_WITH_A_SPENT_CODE = "the same, after Ann's password"
    WITH_A_WRONG_CODE = "a guess"
    WITH_A_WRONG_PASSWORD = "somebody else's words"

    @property
    def is_as_ann(self) -> bool:
        return self in {How.AS_ANN, How.AS_ANN_WITH_A_SPENT_CODE}

    @property
    def has_spent_code(self) -> bool:
        return self in {How.WITH_A_SPENT_CODE, How.AS_ANN_WITH_A_SPENT_CODE}
