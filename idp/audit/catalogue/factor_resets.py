"""Resets of second factors by administrators (R56)."""

from __future__ import annotations

from dataclasses import dataclass

from idp.audit.catalogue.base import Event


@dataclass(frozen=True, kw_only=True, slots=True)
class FactorResetStarted(Event):
    """An administrator wants somebody to set up a new second factor. `reason` as given. It takes
    effect at `effective_at`, or when it is approved.
    """

    reason: str
    effective_at: str


@dataclass(frozen=True, kw_only=True, slots=True)
class FactorResetApproved(Event):
    """A second administrator approved it. `reason` as given."""

    reason: str


@dataclass(frozen=True, kw_only=True, slots=True)
class FactorResetLinkMailed(Event):
    """It is in effect, and a one-time link went to the account's address. `because`: delay,
    approval, machine (somebody at the provider's own machine) or again, with a reason.
    """

    because: str
    reason: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class FactorResetLinkUsed(Event):
    """The link was spent: one sign-in may replace the second factors, after the password."""


@dataclass(frozen=True, kw_only=True, slots=True)
class FactorResetEnded(Event):
    """Nothing was replaced. `because`: cancelled, factor_used, expired, replaced (by a newer one)
    or withdrawn (who started it may not any more, or the account was changed). `reason` as given.
    """

    because: str
    reason: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class SecondFactorsReset(Event):
    """A new factor took the place of all older ones, after a reset. `reason` as given for it;
    `started_by` and `approved_by`: who else took part.
    """

    reason: str
    started_by: str
    approved_by: str | None
