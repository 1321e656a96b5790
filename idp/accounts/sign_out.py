"""The end of sessions, and of the tokens that hang from them."""

from __future__ import annotations

from sqlalchemy import update

from idp import audit, clock
from idp.accounts import logout_notices
from idp.audit import catalogue
from idp.authentication import session
from idp.authentication.session import RecognisedSession
from idp.extensions import db
from idp.grants import revoke
from idp.models import Session


def end_session(current: RecognisedSession, reason: str = "signed_out") -> bool:
    """Of this browser. Returns whether this call ended it."""
    if not session.end(current.id):
        return False
    revoke.by_session(current.id)
    logout_notices.announce(current.id)
    audit.record(catalogue.SessionEnded(user_id=current.user_id, reason=reason))
    return True


def end_all(user_id: str, *, reason: str, keep_sid: str = "") -> int:
    """Of every browser but the one to keep; returns how many."""
    ending = (
        update(Session)
        .where(Session.user_id == user_id, Session.ended_at.is_(None), Session.sid != keep_sid)
        .values(ended_at=clock.now())
        .returning(Session.id)
    )
    options = {"synchronize_session": False}
    ended = db.session.scalars(ending, execution_options=options).all()
    for session_id in ended:
        revoke.by_session(session_id)
        logout_notices.announce(session_id)
        audit.record(catalogue.SessionEnded(user_id=user_id, reason=reason))
    return len(ended)
