"""Accounts: made, disabled, freed."""

from __future__ import annotations

from dataclasses import dataclass

from idp.audit.catalogue.base import Event


@dataclass(frozen=True, kw_only=True, slots=True)
class UserCreated(Event):
    """An account was made. `role`: what it may administer, if anything."""

    role: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class UserDisabled(Event):
    """An account was disabled: its sessions and tokens ended."""


@dataclass(frozen=True, kw_only=True, slots=True)
class UserEnabled(Event):
    """A disabled account may sign in again."""


@dataclass(frozen=True, kw_only=True, slots=True)
class UserUnlocked(Event):
    """An administrator lifted the waits of an account and freed its one-time codes."""
