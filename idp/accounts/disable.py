"""Disabling an account ends everything it has; enabling lets it sign in again."""

from __future__ import annotations

from sqlalchemy import update

from idp import audit, clock, throttle
from idp.accounts import factor_reset, mailed_link, sign_out
from idp.audit import catalogue
from idp.extensions import rows_changed
from idp.grants import revoke
from idp.mail import messages
from idp.models import User


def disable(user: User, *, reason: str = "") -> bool:
    """Sessions, codes, tokens and links are dead with the commit. False: it was disabled before."""
    now = clock.now()
    disabling = update(User).where(User.id == user.id, User.disabled_at.is_(None))
    if rows_changed(disabling.values(disabled_at=now, updated_at=now)) != 1:
        return False
    sign_out.end_all(user.id, reason="disabled")
    revoke.by_user(user.id, because="disabled")
    factor_reset.withdraw(user)
    mailed_link.void(user_id=user.id)
    audit.record(catalogue.UserDisabled(user_id=user.id, reason=reason))
    messages.account_disabled(user)
    return True


def enable(user: User, *, reason: str = "") -> bool:
    """Nothing that ended comes back. False: it was not disabled."""
    enabling = update(User).where(User.id == user.id, User.disabled_at.is_not(None))
    if rows_changed(enabling.values(disabled_at=None, updated_at=clock.now())) != 1:
        return False
    audit.record(catalogue.UserEnabled(user_id=user.id, reason=reason))
    return True


def unlock(user: User, *, reason: str = "") -> bool:
    """Lift every wait and free frozen one-time codes. False: there was nothing to lift."""
    if not throttle.unlock(user.id):
        return False
    audit.record(catalogue.UserUnlocked(user_id=user.id, reason=reason))
    return True
