"""Accounts: made, disabled, freed, closed."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from typing import ClassVar

from idp.audit.catalogue.base import Event


@dataclass(frozen=True, kw_only=True, slots=True)
class UserCreated(Event):
    """An account was made. `role`: what it may administer, if anything."""

    role: str | None = None
    reason: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class UserDisabled(Event):
    """An account was disabled: its sessions and tokens ended."""

    reason: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class UserEnabled(Event):
    """A disabled account may sign in again."""

    reason: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class UserUnlocked(Event):
    """An administrator lifted the waits of an account and freed its one-time codes."""

    reason: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class AccountClosed(Event):
    """The owner closed an account: its rows are gone, its subject is never given again."""


@dataclass(frozen=True, kw_only=True, slots=True)
class DataExported(Event):
    """The owner of an account downloaded a copy of the data."""


@dataclass(frozen=True, kw_only=True, slots=True)
class AdministrationRefused(Event):
    """Somebody asked for a page of the administration that their role does not allow."""

    permission: str


@dataclass(frozen=True, kw_only=True, slots=True)
class UserSignedOut(Event):
    """An administrator ended all sessions and tokens of an account."""

    reason: str


@dataclass(frozen=True, kw_only=True, slots=True)
class PasswordResetStarted(Event):
    """An administrator had a link for a new password mailed to the account's address."""

    reason: str


@dataclass(frozen=True, kw_only=True, slots=True)
class RoleChanged(Event):
    """Somebody was made an administrator of another kind, or none. `before`, `role`: the kinds."""

    before: str | None
    role: str | None
    reason: str


@dataclass(frozen=True, kw_only=True, slots=True)
class UserImported(Event):
    """An account was made from a row of a file. `import_id`: of which import."""

    LOGGED_AT: ClassVar[int] = logging.DEBUG
    """A million lines would bury all others, and the bar of whoever watches."""

    import_id: str


@dataclass(frozen=True, kw_only=True, slots=True)
class ImportUploaded(Event):
    """A file of people was handed over for a dry run. Nobody is made by it yet."""

    import_id: str
    file_name: str
    reason: str


@dataclass(frozen=True, kw_only=True, slots=True)
class ImportBegun(Event):
    """Somebody said yes to an import of people. `reason` as given."""

    import_id: str
    file_name: str
    reason: str


@dataclass(frozen=True, kw_only=True, slots=True)
class ImportCancelled(Event):
    """A file of people was thrown away."""

    import_id: str


@dataclass(frozen=True, kw_only=True, slots=True)
class ImportEnded(Event):
    """The last row of an import was worked off. Counts of accounts made, there before, refused."""

    import_id: str
    created: int
    existing: int
    refused: int


@dataclass(frozen=True, kw_only=True, slots=True)
class PeopleExported(Event):
    """Everybody's account was taken along as a file, without secrets. `form`: its format."""

    form: str
    reason: str
