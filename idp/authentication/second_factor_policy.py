"""Whether a second factor is asked for: the policies of the site, the user and the app, made one.
Pure.

The stricter one wins. An app may go without what is optional for everybody, for itself alone; what
is required of somebody is required everywhere. Whoever is newly required may have time to set one
up, and is reminded meanwhile.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from config import SecondFactorPolicy
from idp.authentication.assurance import Assurance

NEVER, OPTIONAL, REQUIRED = SecondFactorPolicy
_STRICTNESS = {policy: rank for rank, policy in enumerate(SecondFactorPolicy)}


@dataclass(frozen=True, slots=True)
class Policies:
    """What each of the three says. `due_at`: of the user, until when a second factor may be
    missing.
    """

    site: SecondFactorPolicy
    user: SecondFactorPolicy | None = None
    client: SecondFactorPolicy | None = None
    due_at: datetime | None = None

    @property
    def account(self) -> SecondFactorPolicy:
        """Of this user, whatever app."""
        return _stricter(self.site, self.user)

    @property
    def may_require(self) -> bool:
        """Whether it depends on the user's factors what is to be asked, with or without sign-in."""
        return REQUIRED in {self.account, self.client}


@dataclass(frozen=True, slots=True)
class Ruling:
    """What follows for one user at one app."""

    floor: Assurance
    asks_enrolled: bool
    """Whoever has a second factor is asked for it at sign-in."""
    waived: bool = False
    """The app goes without what others would ask of the enrolled."""
    postponed_until: datetime | None = None
    """Required from then on, and still missing."""


def ruling(policies: Policies, *, is_enrolled: bool, now: datetime) -> Ruling:
    """The one place where policies meet."""
    account, client = policies.account, policies.client
    is_postponed = account is REQUIRED and not is_enrolled and _is_ahead(policies.due_at, now)
    if is_postponed:
        account = OPTIONAL
    effective = _stricter(account, client)
    if client is NEVER and account is not REQUIRED:
        effective = NEVER
    return Ruling(
        floor=Assurance.TWO_FACTOR if effective is REQUIRED else Assurance.ONE_FACTOR,
        asks_enrolled=effective is not NEVER,
        waived=effective is NEVER and account is not NEVER,
        postponed_until=policies.due_at if is_postponed else None,
    )


def due_at(policies: Policies, *, grace: timedelta, now: datetime) -> datetime | None:
    """Until when: as somebody has set it; else, of whom only the site requires it, the grace, which
    begins with the next sign-in.
    """
    if policies.due_at is not None or policies.user is REQUIRED or policies.site is not REQUIRED:
        return policies.due_at
    return now + grace if grace else None


def _is_ahead(moment: datetime | None, now: datetime) -> bool:
    return moment is not None and now < moment


def _stricter(one: SecondFactorPolicy, other: SecondFactorPolicy | None) -> SecondFactorPolicy:
    return max(one, other or one, key=_STRICTNESS.__getitem__)
