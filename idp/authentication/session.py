"""The browser's sign-on session: recognise, count its proofs, touch, end.

How sessions begin and change their cookie, which all accounts of one browser share, is in
`browser_accounts`.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import Enum
from itertools import groupby
from operator import attrgetter
from typing import Protocol

from sqlalchemy import Boolean, ColumnElement, and_, bindparam, or_, select, update

from idp import clock, opaque
from idp.authentication import proof_rows
from idp.authentication.evidence import CARRIED_OVER, ENROLLABLE, Evidence, Method
from idp.extensions import db, rows_changed, settings
from idp.models import AuthenticationEvent, Session, User
from idp.prepared import Found, Prepared


class Stay(Enum):
    """How long a session is meant to last."""

    ORDINARY = "ordinary"
    KEPT = "kept"
    """ "Keep me signed in" was ticked, where the deployment offers it (R42)."""


@dataclass(frozen=True, slots=True)
class LiveSession:
    """A session that has not ended, as far as choosing among those of one browser needs it."""

    id: str
    sid: str
    user_id: str
    sub: str
    second_factor_policy: str | None
    second_factor_due_at: datetime | None
    second_factor_waived: bool
    locale: str | None
    started_at: datetime
    last_seen_at: datetime
    resumed_at: datetime | None
    expires_at: datetime
    kept: bool

    @property
    def password_lifetime(self) -> timedelta | None:
        """How long its password proof counts, where that is longer than proofs do (R42)."""
        return settings().sessions.keep_signed_in if self.kept else None


@dataclass(frozen=True, slots=True)
class RecognisedSession(LiveSession):
    """One that is in use: with the proofs behind it, and the other accounts of its browser."""

    proofs: tuple[Evidence, ...]
    others: tuple[LiveSession, ...] = ()

    @property
    def in_browser(self) -> tuple[LiveSession, ...]:
        """Every account that is signed in in this browser."""
        return (self, *self.others)


def is_live() -> ColumnElement[bool]:
    """Neither ended nor idle for too long. `keeping`: whether the deployment keeps people signed
    in; when it stops, kept sessions are ordinary ones (R42).
    """
    return and_(
        Session.ended_at.is_(None),
        Session.expires_at > bindparam("now"),
        Session.started_at > bindparam("longest_since"),
        or_(
            Session.last_seen_at > bindparam("idle_since"),
            and_(Session.kept, bindparam("keeping", type_=Boolean)),
        ),
    )


def limits(now: datetime) -> dict[str, object]:
    """What `is_live` compares with."""
    sessions = settings().sessions
    keeping = sessions.keep_signed_in
    return {
        "now": now,
        "longest_since": now - max(sessions.absolute_lifetime, keeping or timedelta()),
        "idle_since": now - sessions.idle_lifetime,
        "keeping": keeping is not None,
    }


# Every request with a cookie comes by here: the proofs come along, one in each row.
_LIVE = Prepared(
    select(
        Session.id,
        Session.sid,
        Session.user_id,
        User.sub,
        User.second_factor_policy,
        User.second_factor_due_at,
        Session.second_factor_waived,
        User.locale,
        Session.started_at,
        Session.last_seen_at,
        Session.resumed_at,
        Session.expires_at,
        Session.kept,
        *proof_rows.COLUMNS,
    )
    .join(User, User.id == Session.user_id)
    .outerjoin(
        AuthenticationEvent,
        and_(AuthenticationEvent.session_id == Session.id, proof_rows.COUNTS),
    )
    .where(Session.token_digest == bindparam("token_digest"), is_live(), User.disabled_at.is_(None))
    .order_by(Session.chosen_at.desc(), Session.id, AuthenticationEvent.proven_at)
)
_ITS_OWN = slice(len(LiveSession.__slots__))


def signed_in(token: str) -> tuple[RecognisedSession, ...]:
    """The accounts that share a cookie's value, the one chosen last first: none has ended, been
    idle too long, or belongs to a disabled user.
    """
    wanted = {"token_digest": opaque.digest(token), **limits(clock.now())}
    by_session = groupby(_LIVE.all(wanted), key=attrgetter("id"))
    return tuple(_of_rows(list(rows)) for _, rows in by_session)


def _of_rows(rows: list[Found]) -> RecognisedSession:
    proofs = tuple(proof_rows.of_row(row) for row in rows if row.proof_id is not None)
    values = (*rows[0][_ITS_OWN], _still_good(rows[0], proofs))
    return RecognisedSession(*values)


def recognise(token: str) -> RecognisedSession | None:
    """The account that was chosen last, with its proofs."""
    accounts = signed_in(token)
    return with_proofs(accounts[0], accounts) if accounts else None


def with_proofs(chosen: LiveSession, in_browser: tuple[LiveSession, ...] = ()) -> RecognisedSession:
    """The same session with the proofs that may still be counted in it, and its browser's others.
    Proofs that it has not come with are read now.
    """
    others = tuple(one for one in in_browser if one.id != chosen.id)
    if isinstance(chosen, RecognisedSession):
        return replace(chosen, others=others) if others else chosen
    known = {name: getattr(chosen, name) for name in LiveSession.__slots__}
    proofs = _still_good(chosen, proof_rows.of_session(chosen.id))
    return RecognisedSession(**known, proofs=proofs, others=others)


def _still_good(session: _Kept, known: tuple[Evidence, ...]) -> tuple[Evidence, ...]:
    """From one ordinary life of a kept session to the next only the password is carried over."""
    if not session.kept:
        return known
    now = clock.now()
    resumed_at = now if has_lapsed(session, now) else session.resumed_at
    return tuple(
        proof
        for proof in known
        if resumed_at is None or proof.method in CARRIED_OVER or proof.proven_at >= resumed_at
    )


class _Lasting(Protocol):
    @property
    def started_at(self) -> datetime: ...
    @property
    def last_seen_at(self) -> datetime: ...
    @property
    def resumed_at(self) -> datetime | None: ...


class _Kept(_Lasting, Protocol):
    @property
    def kept(self) -> bool: ...


def has_lapsed(session: _Lasting, now: datetime) -> bool:
    """Whether one that was not kept would be over by now."""
    sessions = settings().sessions
    began_at = session.resumed_at or session.started_at
    return (
        now - session.last_seen_at >= sessions.idle_lifetime
        or now - began_at >= sessions.absolute_lifetime
    )


def queue_up(in_browser: tuple[LiveSession, ...]) -> None:
    """Whoever changes sessions of a browser writes to the same one of them first: nobody waits for
    each other in a circle, and what is read next stays true until the transaction ends, on SQLite
    too.
    """
    anchor = update(Session).where(Session.id == min(one.id for one in in_browser))
    rows_changed(anchor.values(last_seen_at=Session.last_seen_at))


def note_waiver(session_id: str) -> None:
    """It began at an app that goes without a second factor, which is no reason for others."""
    waived = update(Session).where(Session.id == session_id)
    db.session.execute(waived.values(second_factor_waived=True))


def touch(session: RecognisedSession) -> None:
    """Note that the browser is still there, at most once per `touch_interval`."""
    now = clock.now()
    if session.kept and has_lapsed(session, now):
        values = {"last_seen_at": now, "resumed_at": now}
    elif now - session.last_seen_at >= settings().sessions.touch_interval:
        values = {"last_seen_at": now}
    else:
        return
    if session.others:
        queue_up(session.in_browser)
    db.session.execute(update(Session).where(Session.id == session.id).values(values))


def live_id(sid: str, user_id: str) -> str | None:
    """Of the session that a token names, if a cookie would still open it."""
    named = select(Session.id).where(Session.sid == sid, Session.user_id == user_id, is_live())
    found: str | None = db.session.scalar(named, limits(clock.now()))
    return found


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


def expiry(started_at: datetime, proofs: tuple[Evidence, ...], stay: Stay) -> datetime:
    """The absolute end. A session that rests on a recovery code ends soon after its use, until a
    factor is enrolled or proven.
    """
    methods = {proof.method for proof in proofs}
    sessions = settings().sessions
    if Method.RECOVERY_CODE in methods and not methods & ENROLLABLE:
        recovered_at = max(p.proven_at for p in proofs if p.method is Method.RECOVERY_CODE)
        return min(
            recovered_at + sessions.recovered_lifetime, started_at + sessions.absolute_lifetime
        )
    if stay is Stay.KEPT and sessions.keep_signed_in is not None:
        return started_at + max(sessions.keep_signed_in, sessions.absolute_lifetime)
    return started_at + sessions.absolute_lifetime
