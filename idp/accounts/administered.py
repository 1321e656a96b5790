"""What administrators do to other people's accounts, each with a reason that is kept.

Nobody sees or sets a password or a factor here (R57). Whoever may not hand out roles cannot touch
an account that has one: support could otherwise take over an owner by way of a reset.
"""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import update

from idp import audit, clock
from idp.accounts import (
    closing,
    disable,
    factor_reset,
    mailed_link,
    password_reset,
    permissions,
    sign_out,
)
from idp.accounts.outcome import Outcome
from idp.accounts.permissions import Permission
from idp.audit import catalogue
from idp.extensions import rows_changed
from idp.grants import revoke
from idp.models import Role, User

LONGEST_REASON = 300


def may_touch(actor: User, user: User) -> bool:
    """Whether this administrator may do anything to this account."""
    return is_within_reach(permissions.of(actor.role), user)


def is_within_reach(verbs: Collection[Permission], user: User) -> bool:
    """The same for whoever has these verbs, also for a program."""
    return user.role is None or Permission.ROLES_WRITE in verbs


def disable_user(user: User, *, reason: str) -> Outcome:
    """Everything that the account has ends at once."""
    if not closing.may_lose_owner(user):
        return Outcome.LAST_OWNER
    return Outcome.DONE if disable.disable(user, reason=reason) else Outcome.UNCHANGED


def enable_user(user: User, *, reason: str) -> Outcome:
    """Nothing that ended comes back."""
    return Outcome.DONE if disable.enable(user, reason=reason) else Outcome.UNCHANGED


def unlock_user(user: User, *, reason: str) -> Outcome:
    """Waits are lifted and frozen codes are free."""
    return Outcome.DONE if disable.unlock(user, reason=reason) else Outcome.UNCHANGED


def sign_out_user(user: User, *, reason: str) -> Outcome:
    """Every browser, and every app's tokens."""
    audit.record(catalogue.UserSignedOut(user_id=user.id, reason=reason))
    sign_out.end_all(user.id, reason="by_administrator")
    revoke.by_user(user.id, because="by_administrator")
    return Outcome.DONE


def start_password_reset(user: User, *, reason: str) -> Outcome:
    """A link goes to the stored address of the account; nobody else gets it (R53)."""
    if user.email is None or user.disabled_at is not None:
        return Outcome.UNCHANGED
    audit.record(catalogue.PasswordResetStarted(user_id=user.id, reason=reason))
    password_reset.mail_link(user)
    return Outcome.DONE


def choose_role(user: User, role: Role | None, *, reason: str) -> Outcome:
    """What somebody may administer. It is asked at every request, so a lost role opens nothing."""
    if user.role == role:
        return Outcome.UNCHANGED
    if role is not Role.OWNER and not closing.may_lose_owner(user):
        return Outcome.LAST_OWNER
    before = user.role
    changing = update(User).where(User.id == user.id, User.role.is_not_distinct_from(before))
    values = {"role": role.value if role else None, "updated_at": clock.now()}
    if rows_changed(changing.values(**values)) != 1:
        return Outcome.UNCHANGED
    event = catalogue.RoleChanged(user_id=user.id, before=before, role=role, reason=reason)
    audit.record(event)
    if before is None:
        # What was begun with less must not go on with more.
        factor_reset.withdraw(user)
        mailed_link.void(user_id=user.id)
        sign_out.end_all(user.id, reason="role_changed")
    return Outcome.DONE
