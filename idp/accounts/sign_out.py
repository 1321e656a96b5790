"""The end of sessions, and of the tokens that hang from them."""

from __future__ import annotations

from sqlalchemy import update

from idp import audit, clock
from idp.accounts import devices, logout_notices
from idp.audit import catalogue
from idp.authentication import account_turn, browser_accounts, session
from idp.authentication.session import LiveSession, RecognisedSession
from idp.clients.registered import RegisteredClient
from idp.extensions import db, rows_changed
from idp.grants import revoke
from idp.models import Session


def end_session(current: RecognisedSession, reason: str = "signed_out") -> bool:
    """Of this browser. Returns whether this call ended it."""
    if not session.end(current.id):
        return False
    _wind_up(current.user_id, current.id, reason)
    return True


def leave(in_browser: tuple[LiveSession, ...], leaving: tuple[LiveSession, ...]) -> str | None:
    """Some accounts of one browser. Returns the cookie's new value for those that stay; None when
    nobody does.
    """
    token = browser_accounts.part(in_browser, leaving)
    for one in leaving:
        end_one(one.user_id, one.id, reason="signed_out")
    return token


def leave_everywhere(
    in_browser: tuple[LiveSession, ...], leaving: tuple[LiveSession, ...]
) -> str | None:
    """The same, and these accounts are signed out of every other browser, too."""
    user_ids = sorted({one.user_id for one in leaving})
    for user_id in user_ids:
        account_turn.take(user_id)  # before any session, as everybody does who needs both
    token = leave(in_browser, leaving)
    for user_id in user_ids:
        end_all(user_id, reason="signed_out_everywhere")
    return token


def leave_app(session: LiveSession, client: RegisteredClient) -> None:
    """One app of one session, which goes on: what the app holds by it ends, and it is told."""
    revoke.by_client_in_session(client.client_id, session.id, because="app_signed_out")
    logout_notices.announce_end(client, session.id)
    audit.record(catalogue.AppSignedOut(user_id=session.user_id, client_id=client.client_id))


def end_one(user_id: str, session_id: str, *, reason: str) -> bool:
    """A session of the user's own, of any browser. False: there is none to end."""
    ending = update(Session).where(
        Session.id == session_id, Session.user_id == user_id, Session.ended_at.is_(None)
    )
    if rows_changed(ending.values(ended_at=clock.now())) != 1:
        return False
    _wind_up(user_id, session_id, reason)
    return True


def end_all(user_id: str, *, reason: str, keep_sid: str = "") -> int:
    """Of every browser but the one to keep; returns how many."""
    account_turn.take(user_id)
    ending = (
        update(Session)
        .where(Session.user_id == user_id, Session.ended_at.is_(None), Session.sid != keep_sid)
        .values(ended_at=clock.now())
        .returning(Session.id)
    )
    options = {"synchronize_session": False}
    ended = db.session.scalars(ending, execution_options=options).all()
    for session_id in ended:
        _wind_up(user_id, session_id, reason)
    devices.forget(user_id, keep_sid=keep_sid)
    return len(ended)


def _wind_up(user_id: str, session_id: str, reason: str) -> None:
    """What hangs from an ended session ends with it, and its clients are told."""
    revoke.by_session(session_id)
    logout_notices.announce(session_id)
    audit.record(catalogue.SessionEnded(user_id=user_id, reason=reason))
