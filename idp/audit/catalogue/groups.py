"""Groups, claims of a deployment's own, and the configuration as a whole."""

from __future__ import annotations

from dataclasses import dataclass

from idp.audit.catalogue.base import Event


@dataclass(frozen=True, kw_only=True, slots=True)
class GroupCreated(Event):
    """A group was made. `roles`: what its members are to applications."""

    group: str
    roles: list[str]
    reason: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class GroupChanged(Event):
    """A group was changed. `changed`: the members that are different now."""

    group: str
    changed: list[str]
    reason: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class GroupRemoved(Event):
    """A group is gone, and nobody is in it any more."""

    group: str
    reason: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class GroupMemberAdded(Event):
    """An administrator put somebody into a group."""

    group: str
    reason: str


@dataclass(frozen=True, kw_only=True, slots=True)
class GroupMemberRemoved(Event):
    """An administrator took somebody out of a group."""

    group: str
    reason: str


@dataclass(frozen=True, kw_only=True, slots=True)
class ClaimDefined(Event):
    """A claim of the deployment's own was defined. `scope`: what releases it."""

    claim: str
    scope: str
    reason: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class ClaimChanged(Event):
    """The definition of a claim was changed. `changed`: the members that are different now."""

    claim: str
    changed: list[str]
    reason: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class ClaimRemoved(Event):
    """A claim is told no more, and its values are out of reach."""

    claim: str
    reason: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class CustomClaimsSet(Event):
    """An administrator changed what a person's claims say. `changed`: their names, no values."""

    changed: list[str]
    reason: str


@dataclass(frozen=True, kw_only=True, slots=True)
class AppNotOpen(Event):
    """Somebody wanted to use an app that admits members of certain groups only."""


@dataclass(frozen=True, kw_only=True, slots=True)
class ConfigurationImported(Event):
    """A configuration document was applied. `objects`: what was made, changed or removed."""

    objects: list[str]
    reason: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class ConfigurationExported(Event):
    """Somebody took the configuration along."""
