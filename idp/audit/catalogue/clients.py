"""Clients and the tokens they register with."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from idp.audit.catalogue.base import Event


@dataclass(frozen=True, kw_only=True, slots=True)
class ClientRegistered(Event):
    """A client was registered."""

    client_name: str
    reason: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class ClientReplaced(Event):
    """The metadata of a client was replaced. `changed`: the members that are different now."""

    changed: list[str]
    reason: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class ClientDisabled(Event):
    """A client is refused from now on; everything it was given ended."""

    reason: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class ClientEnabled(Event):
    """A disabled client is served again."""

    reason: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class ClientDeleted(Event):
    """A client was removed with its secrets and its users' consent; what it was given ended."""

    reason: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class SecretRotated(Event):
    """A client got a new secret; the old one is good for `overlap` seconds."""

    overlap: timedelta
    reason: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class OldSecretRevoked(Event):
    """The secret that a rotation had left good for a while ended at once."""

    reason: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class RegistrationRefused(Event):
    """A client that wanted to register itself, or to manage its registration, was refused."""

    error: str
    reason: str


@dataclass(frozen=True, kw_only=True, slots=True)
class InitialAccessTokenIssued(Event):
    """A token to register clients with was made. `token`: the beginning of its digest."""

    token: str
    note: str
    reason: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class InitialAccessTokenRevoked(Event):
    """A token to register clients with is good no more."""

    token: str
    reason: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class TrialSignInBegun(Event):
    """An administrator tries to sign in as this client; what follows is a test, not the app."""

    asked: str


@dataclass(frozen=True, kw_only=True, slots=True)
class TrialSignInEnded(Event):
    """The test came back; `outcome`: `ok` or an error code. `user_id`: who signed in. Its tokens
    were revoked.
    """

    outcome: str
