"""The browser's sign-on session: begin, recognise, strengthen, end. Only the state machine begins
one.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import Select, bindparam, select, update

from idp import clock, opaque, origin
from idp.authentication.evidence import Evidence, Method
from idp.extensions import db, rows_changed, settings
from idp.models import AuthenticationEvent, Session, User


@dataclass(frozen=True, slots=True)
class RecognisedSession:
    """A live session and the proofs that stand behind it."""

    id: str
    sid: str
    user_id: str
    sub: str
    second_factor_required: bool
    locale: str | None
    started_at: datetime
    last_seen_at: datetime
    expires_at: datetime
    proofs: tuple[Evidence, ...]


# Made once and run on the connection: every request with a cookie comes by here, and to build a
# statement costs several times what it costs to run it.
_LIVE = (
    select(
        Session.id,
        Session.sid,
        Session.user_id,
        User.sub,
        User.second_factor_required,
        User.locale,
        Session.started_at,
        Session.last_seen_at,
        Session.expires_at,
    )
    .join(User, User.id == Session.user_id)
    .where(
        Session.token_digest == bindparam("token_digest"),
        Session.ended_at.is_(None),
        Session.expires_at > bindparam("now"),
        Session.last_seen_at > bindparam("idle_since"),
        User.disabled_at.is_(None),
    )
)
_EVIDENCE = (
    select(
        AuthenticationEvent.method,
        AuthenticationEvent.user_id,
        AuthenticationEvent.credential_id,
        AuthenticationEvent.proven_at,
        AuthenticationEvent.id,
    )
    .where(AuthenticationEvent.revoked_at.is_(None))
    .order_by(AuthenticationEvent.proven_at)
)
_EVIDENCE_OF_SESSION = _EVIDENCE.where(AuthenticationEvent.session_id == bindparam("wanted"))
_EVIDENCE_IN_INTERACTION = _EVIDENCE.where(
    AuthenticationEvent.interaction_id == bindparam("wanted")
)


def recognise(token: str) -> RecognisedSession | None:
    """The live session of a cookie's value: not ended, not idle too long, its user not disabled."""
    now = clock.now()
    wanted = {
        "token_digest": opaque.digest(token),
        "now": now,
        "idle_since": now - settings().sessions.idle_lifetime,
    }
    row = db.session.connection().execute(_LIVE, wanted).first()
    return RecognisedSession(*row, proofs=proofs_of(row.id)) if row else None


def proofs_of(session_id: str) -> tuple[Evidence, ...]:
    """Every proof of this session whose credential has not been removed since."""
    return _evidence(_EVIDENCE_OF_SESSION, session_id)


def proofs_in(interaction_id: str) -> tuple[Evidence, ...]:
    """Every proof given during one interaction."""
    return _evidence(_EVIDENCE_IN_INTERACTION, interaction_id)


def _evidence(statement: Select[str, str, str, datetime, str], wanted: str) -> tuple[Evidence, ...]:
    rows = db.session.connection().execute(statement, {"wanted": wanted})
    return tuple(
        Evidence(Method(row.method), row.user_id, row.credential_id, row.proven_at, row.id)
        for row in rows
    )


def record(proof: Evidence, *, interaction_id: str | None) -> Evidence:
    """Write down one proof; from here on it can be counted. Returns it with its event's id."""
    event = AuthenticationEvent(
        user_id=proof.user_id,
        method=proof.method,
        credential_id=proof.credential_id,
        interaction_id=interaction_id,
        proven_at=proof.proven_at,
        address=origin.current().address,
    )
    db.session.add(event)
    db.session.flush()
    return replace(proof, id=event.id)


def forget_proofs_in(interaction_id: str) -> None:
    """Proofs of an interaction that changed its user stay as history, but belong to it no more."""
    db.session.execute(
        update(AuthenticationEvent)
        .where(AuthenticationEvent.interaction_id == interaction_id)
        .values(interaction_id=None)
    )


def begin(user_id: str, proofs: tuple[Evidence, ...]) -> tuple[str, str]:
    """A new session resting on these proofs. Returns its row id and the cookie's value."""
    now, token = clock.now(), opaque.make()
    session = Session(
        user_id=user_id,
        token_digest=opaque.digest(token),
        user_agent=origin.current().user_agent[:255],
        address=origin.current().address,
        started_at=now,
        last_seen_at=now,
        expires_at=_expiry(now, proofs),
    )
    db.session.add(session)
    db.session.flush()
    _attach(proofs, session.id)
    return session.id, token


def strengthen(session: RecognisedSession, proofs: tuple[Evidence, ...]) -> str | None:
    """Add proofs and give the session a new cookie value; the old one is dead at once.

    Returns None when the session has ended meanwhile.
    """
    token = opaque.make()
    renewed = rows_changed(
        update(Session)
        .where(Session.id == session.id, Session.ended_at.is_(None))
        .values(
            token_digest=opaque.digest(token),
            last_seen_at=clock.now(),
            expires_at=_expiry(session.started_at, session.proofs + proofs),
        )
    )
    if renewed != 1:
        return None
    _attach(proofs, session.id)
    return token


def touch(session: RecognisedSession) -> None:
    """Note that the browser is still there, at most once per `touch_interval`."""
    now = clock.now()
    if now - session.last_seen_at >= settings().sessions.touch_interval:
        db.session.execute(update(Session).where(Session.id == session.id).values(last_seen_at=now))


def end(session_id: str) -> bool:
    """End it, once. Returns whether this call did."""
    return (
        rows_changed(
            update(Session)
            .where(Session.id == session_id, Session.ended_at.is_(None))
            .values(ended_at=clock.now())
        )
        == 1
    )


def _attach(proofs: tuple[Evidence, ...], session_id: str) -> None:
    db.session.execute(
        update(AuthenticationEvent)
        .where(AuthenticationEvent.id.in_([proof.id for proof in proofs]))
        .values(session_id=session_id)
    )


def _expiry(started_at: datetime, proofs: tuple[Evidence, ...]) -> datetime:
    # A session that rests on a recovery code is short until a factor is enrolled or proven.
    methods = {proof.method for proof in proofs}
    recovered = Method.RECOVERY_CODE in methods and Method.TOTP not in methods
    sessions = settings().sessions
    return started_at + (sessions.recovered_lifetime if recovered else sessions.absolute_lifetime)
