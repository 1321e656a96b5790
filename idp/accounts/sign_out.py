"""Ending sessions, and with each what was issued on its strength."""

from __future__ import annotations

from idp import audit
from idp.audit import catalogue
from idp.authentication import session
from idp.authentication.session import RecognisedSession
from idp.grants import revoke


def end_session(recognised: RecognisedSession, reason: str = "signed out") -> None:
    """End one session; tokens that do not outlive it (no `offline_access`) end with it."""
    if session.end(recognised.id):
        revoke.by_session(recognised.id, because="session ended")
        audit.record(catalogue.SessionEnded(user_id=recognised.user_id, reason=reason))
