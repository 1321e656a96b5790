"""Signing keys, and the master keys that seal."""

from __future__ import annotations

from dataclasses import dataclass

from idp.audit.catalogue.base import Event


@dataclass(frozen=True, kw_only=True, slots=True)
class SigningKeysCreated(Event):
    """The first signing keys of a deployment were made. `kids` names them."""

    kids: list[str]


@dataclass(frozen=True, kw_only=True, slots=True)
class SigningKeyRotated(Event):
    """A signing key got a successor, `kid`. `takes_over`: after_publication or at_once."""

    alg: str
    kid: str
    takes_over: str
    reason: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class SigningKeyRevoked(Event):
    """A signing key was forgotten: nothing that it signed is accepted any more."""

    kid: str
    reason: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class MasterKeyMade(Event):
    """The key ring has a new key, which does not seal yet."""

    key: str
    reason: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class MasterKeyChosen(Event):
    """This key of the ring seals from the next reload on."""

    key: str
    reason: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class SecretsResealed(Event):
    """What was kept under other master keys came under this one; `broken` values opened under
    none.
    """

    key: str
    count: int
    broken: int
    reason: str = ""
