"""Whether a second factor is asked for: the policies of the site, the user and the app, made one.
Pure.

The stricter one wins. An app may go without what is optional for everybody, for itself alone; what
is required of somebody is required everywhere. Whoever is newly required may have time to set one
up, and is reminded meanwhile.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from config import SecondFactorPolicy, SecondFactorSettings
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
    def requires(self) -> bool:
        """Of somebody at this app, once there is no grace."""
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


def ruling(of: Policies, *, is_enrolled: bool, now: datetime) -> Ruling:
    """The one place where policies meet."""
    account, client = of.account, of.client
    is_postponed = account is REQUIRED and not is_enrolled and _is_ahead(of.due_at, now)
    if is_postponed:
        account = OPTIONAL
    effective = _stricter(account, client)
    if client is NEVER and account is not REQUIRED:
        effective = NEVER
    return Ruling(
        floor=Assurance.TWO_FACTOR if effective is REQUIRED else Assurance.ONE_FACTOR,
        asks_enrolled=effective is not NEVER,
        waived=effective is NEVER and account is not NEVER,
        postponed_until=of.due_at if is_postponed else None,
    )


def policies(
    site: SecondFactorSettings,
    *,
    user: str | None,
    due_at: datetime | None,
    now: datetime,
    client: SecondFactorPolicy | None = None,
) -> Policies:
    """From settings and rows. Of whom only the site requires a second factor, the grace begins with
    the next sign-in.
    """
    own = SecondFactorPolicy(user) if user else None
    is_newly_required = site.policy is REQUIRED and own is not REQUIRED and due_at is None
    if is_newly_required and site.grace:
        due_at = now + site.grace
    return Policies(site.policy, own, client, due_at)


def _is_ahead(moment: datetime | None, now: datetime) -> bool:
    return moment is not None and now < moment


def _stricter(one: SecondFactorPolicy, other: SecondFactorPolicy | None) -> SecondFactorPolicy:
    return max(one, other or one, key=_STRICTNESS.__getitem__)
