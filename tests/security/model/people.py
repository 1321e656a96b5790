"""Who takes part in the model: what somebody owns, knows, and has used before."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum

from tests.support.authenticator import Authenticator
from tests.support.factories import PASSWORD, Phone

PASSWORDS = (PASSWORD, "seven quiet words in a row", "nine other words stand there")
"""Mallory knows all of Ann's, also the next one."""
OTHER_PASSWORDS = ("ten words for what came later", "and eleven for what comes after")
"""Of accounts that somebody has besides, or makes after closing the first one."""


@dataclass(eq=False, repr=False)
class Account:
    """`phones`: by the authenticator's id. `codes`: recovery codes that still work."""

    owner: Person
    user_id: str
    sub: str
    email: str
    passwords: tuple[str, ...] = PASSWORDS
    password: str = PASSWORD
    phones: dict[str, Phone] = field(default_factory=dict)
    codes: list[str] = field(default_factory=list)
    device: Authenticator | None = None
    is_disabled: bool = False
    is_closed: bool = False

    def __repr__(self) -> str:
        return self.email

    @property
    def other_password(self) -> str:
        """One that is not in use."""
        return next(one for one in self.passwords if one != self.password)

    @property
    def is_open(self) -> bool:
        return not self.is_disabled and not self.is_closed


@dataclass(eq=False, repr=False)
class Person:
    """Somebody with one browser and several addresses. `pending`: authenticators whose secret was
    only shown yet.
    """

    name: str
    emails: tuple[str, ...]
    accounts: list[Account] = field(default_factory=list)
    turn: int = 0
    """Which of the accounts is thought of where a page does not say."""
    pending: list[Phone] = field(default_factory=list)
    shown_codes: list[str] = field(default_factory=list)
    answers: set[str] = field(default_factory=set)
    """Everything that a device has signed."""
    spent: list[str] = field(default_factory=list)
    """Codes that worked once."""
    links: list[str] = field(default_factory=list)
    """Of the mails that came."""
    keyrings: set[bytes] = field(default_factory=set)
    """Digests of every session cookie that the browser was ever given."""
    has_others_binding: bool = False
    """The browser was once given a value that binds another's interactions."""

    def __repr__(self) -> str:
        return self.name

    @property
    def user_ids(self) -> set[str]:
        return {account.user_id for account in self.accounts}

    def account_of(self, sub: str) -> Account | None:
        return next((account for account in self.accounts if account.sub == sub), None)

    def secrets(self) -> list[str]:
        """What nobody else may ever be shown."""
        phones = [phone for account in self.accounts for phone in account.phones.values()]
        codes = [code for account in self.accounts for code in account.codes]
        return [phone.secret for phone in [*phones, *self.pending]] + codes + self.shown_codes


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
