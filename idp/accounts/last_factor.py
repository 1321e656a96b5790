"""The last second factor of an account: whether it may go, and why not (R23)."""

from __future__ import annotations

from enum import StrEnum

from config import SecondFactorPolicy
from idp import clock
from idp.authentication import account_turn, passkey, second_factor_policy, totp
from idp.extensions import settings
from idp.models import User


class Removal(StrEnum):
    """What became of it."""

    DONE = "done"
    UNKNOWN = "unknown"
    """The user has no such factor."""
    NEEDED = "needed"
    """It is the last one, and the account may not be without."""


class Need(StrEnum):
    """Why the last one has to stay."""

    ROLE = "role"
    """Whoever administers others has to have one."""
    POLICY = "policy"
    """Of the site, or of this user."""


def need(user: User) -> Need | None:
    """Whatever is set up now, and without any time of grace."""
    if user.role is not None:
        return Need.ROLE
    policies = second_factor_policy.policies(
        settings().second_factor,
        user=user.second_factor_policy,
        due_at=user.second_factor_due_at,
        now=clock.now(),
    )
    return Need.POLICY if policies.account is SecondFactorPolicy.REQUIRED else None


def is_last(user: User, credential_id: str) -> bool:
    """Whether the account could prove nothing but a password without it."""
    counted = {one.id for one in totp.enrolled(user)}
    if settings().passkeys.enabled:
        counted |= {one.id for one in passkey.enrolled(user)}
    return counted == {credential_id}


def has_to_stay(user: User, credential_id: str) -> bool:
    """Of two removals at once the second one sees what the first has left."""
    account_turn.take(user.id)
    return is_last(user, credential_id) and need(user) is not None
