"""What a new password ends: everything that rested on the old one (R48)."""

from __future__ import annotations

from sqlalchemy import select, update

from idp import clock
from idp.accounts import mailed_link, sign_out
from idp.accounts.mailed_link import Purpose
from idp.authentication import account_turn, password
from idp.authentication.evidence import Method
from idp.authentication.password_hash import StoredHash
from idp.extensions import db, rows_changed
from idp.grants import revoke
from idp.mail import messages
from idp.models import AuthenticationEvent, Password, User

LINKS = (Purpose.SET_PASSWORD, Purpose.RESET_PASSWORD)


def has_one(user: User) -> bool:
    """Whether there is an old one to ask for."""
    found = select(Password.id).where(Password.user_id == user.id)
    return db.session.scalar(found) is not None


def take_effect(user: User, prepared: StoredHash, *, because: str, keep_sid: str = "") -> None:
    """Store it, and start over everywhere but in the session to keep."""
    store(user, prepared)
    sign_out.end_all(user.id, reason=because, keep_sid=keep_sid)
    revoke.by_user(user.id, because=because)


def store(user: User, prepared: StoredHash) -> None:
    """Store it; sessions and tokens go on. Links, half-finished sign-ins and trust do not."""
    account_turn.take(user.id)
    is_change = has_one(user)
    password.store(user, prepared)
    if is_change:
        messages.password_changed(user)
    mailed_link.void(*LINKS, user_id=user.id)
    _void_waiting_proofs(user.id)


def _void_waiting_proofs(user_id: str) -> None:
    """Whoever proved the old password and has not shown a second factor yet begins anew."""
    waiting = update(AuthenticationEvent).where(
        AuthenticationEvent.user_id == user_id,
        AuthenticationEvent.method == Method.PASSWORD,
        AuthenticationEvent.session_id.is_(None),
        AuthenticationEvent.revoked_at.is_(None),
    )
    rows_changed(waiting.values(revoked_at=clock.now()))
