"""Resets of second factors whose delay is over take effect, and those that nobody used in time
end. Whoever started one must still be allowed to when its time comes.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import and_, or_, select

from idp.accounts import administered, factor_reset, permissions
from idp.accounts.permissions import Permission
from idp.clients import registry
from idp.extensions import db, transaction
from idp.models import FactorReset, User

MOST = 100
"""Of one pass."""


def run(now: datetime) -> int:
    """Each in a transaction of its own. Returns how many were looked at."""
    due = or_(
        and_(FactorReset.link_expires_at.is_(None), FactorReset.effective_at <= now),
        FactorReset.link_expires_at <= now,
    )
    found = select(FactorReset.user_id).where(FactorReset.ended_at.is_(None), due).limit(MOST)
    with transaction():
        user_ids = db.session.scalars(found).all()
    for user_id in user_ids:
        with transaction():
            _settle(user_id)
    return len(user_ids)


def _settle(user_id: str) -> None:
    user = db.session.get(User, user_id, populate_existing=True)
    if user is None:
        return
    factor_reset.expire(user)
    reset = factor_reset.under_way(user.id)
    if reset is not None:
        allowed = _is_still_allowed(reset.started_by, user)
        factor_reset.take_effect(user, is_still_allowed=allowed)


def _is_still_allowed(actor: str, user: User) -> bool:
    """A person by the role of today, a program by its registration, a command by the machine."""
    kind, _, name = actor.partition(":")
    if kind == "user":
        starter = db.session.get(User, name)
        if starter is None or starter.disabled_at is not None:
            return False
        is_allowed = permissions.allows(starter.role, Permission.USERS_WRITE)
        return is_allowed and administered.may_touch(starter, user)
    if kind == "client":
        client = registry.read(name)
        return client is not None and client.is_enabled
    return kind == "cli"
