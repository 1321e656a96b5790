"""What users allow clients and devices, and take back."""

from __future__ import annotations

from dataclasses import dataclass

from idp.audit.catalogue.base import Event


@dataclass(frozen=True, kw_only=True, slots=True)
class ConsentGiven(Event):
    """A user allowed a client what it asked for. `claims`: beyond those of the scopes."""

    scope: str
    claims: list[str]


@dataclass(frozen=True, kw_only=True, slots=True)
class ConsentRefused(Event):
    """A user declined what a client asked for."""


@dataclass(frozen=True, kw_only=True, slots=True)
class ConsentWithdrawn(Event):
    """A user took back what a client was allowed; its tokens ended."""


@dataclass(frozen=True, kw_only=True, slots=True)
class DeviceAsked(Event):
    """A device was given a code that its user has to type in elsewhere."""

    scope: str


@dataclass(frozen=True, kw_only=True, slots=True)
class UserCodeRejected(Event):
    """A code typed in for a device was not accepted. `reason`: unknown, expired, decided."""

    reason: str


@dataclass(frozen=True, kw_only=True, slots=True)
class DeviceAllowed(Event):
    """A user let a device in. `device_address`: where it had asked from."""

    scope: str
    device_address: str
    acr: str | None
    amr: list[str]


@dataclass(frozen=True, kw_only=True, slots=True)
class DeviceDenied(Event):
    """A user sent a device away, or left before signing in."""

    device_address: str


@dataclass(frozen=True, kw_only=True, slots=True)
class AppSignedOut(Event):
    """A user ended everything that a trusted client had of the account."""
