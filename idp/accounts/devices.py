"""The browsers of an account: greeted after a sign-in, trusted by choice, and strangers again."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import select

from idp import audit, clock
from idp.audit import catalogue
from idp.authentication import known_device, trusted_device
from idp.authentication.evidence import Evidence
from idp.extensions import db
from idp.mail import messages
from idp.models import Session, User

JUST_MADE = timedelta(days=1)
"""A session's row stays at least as long."""


def greet(user_id: str, proofs: tuple[Evidence, ...], session_id: str) -> None:
    """A session has begun: this browser is known from now on, and the owner hears of a new one.

    Not of the very first: whoever has just made an account knows where.
    """
    if known_device.remember(user_id, proofs):
        return
    user = db.session.get_one(User, user_id)
    if _is_first(session_id, user):
        return
    audit.record(catalogue.NewDevice(user_id=user_id))
    messages.new_device(user)


def trust(user: User) -> None:
    """This browser, for a while; told to the owner, who may not be the one that ticked it."""
    trusted_device.trust(user.id)
    messages.device_trusted(user)


def forget(user_id: str, *, keep_sid: str) -> None:
    """When sessions end: no browser is trusted, and none is known but the one that is kept."""
    trusted_device.revoke_all(user_id, because="sessions_ended")
    if keep_sid:
        known_device.forget_others(user_id)
    else:
        known_device.forget_all(user_id)


def _is_first(session_id: str, user: User) -> bool:
    if clock.now() - user.created_at > JUST_MADE:
        return False
    others = select(Session.id).where(Session.user_id == user.id, Session.id != session_id)
    return db.session.scalar(others.limit(1)) is None
