"""Browsers that an account knows or trusts, and the policy of second factors."""

from __future__ import annotations

from dataclasses import dataclass

from idp.audit.catalogue.base import Event


@dataclass(frozen=True, kw_only=True, slots=True)
class NewDevice(Event):
    """A sign-in was completed in a browser that the account did not know."""


@dataclass(frozen=True, kw_only=True, slots=True)
class DeviceTrusted(Event):
    """A user trusts a browser: for a while the password alone is asked for there."""

    device_id: str


@dataclass(frozen=True, kw_only=True, slots=True)
class TrustedDeviceUsed(Event):
    """A second factor that is only asked of the enrolled was not asked for in a trusted browser."""

    device_id: str


@dataclass(frozen=True, kw_only=True, slots=True)
class TrustedDeviceReplayed(Event):
    """A trusted browser's value came that was not the one in force: somebody may have copied it.
    The browser is trusted no more.
    """

    device_id: str


@dataclass(frozen=True, kw_only=True, slots=True)
class DeviceTrustEnded(Event):
    """Browsers are trusted no more. `because`: revoked, factors_changed, password_changed,
    sessions_ended.
    """

    because: str
    devices: int


@dataclass(frozen=True, kw_only=True, slots=True)
class SecondFactorPolicySet(Event):
    """An administrator chose a user's policy of second factors; `due_at` ends a time of grace."""

    policy: str | None
    due_at: str | None = None
    reason: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class SecondFactorDue(Event):
    """A user was told to set up a second factor before `due_at`."""

    due_at: str
