"""Accounts that are signed in in one browser. Their sessions share the cookie's value. When one of
them signs in, proves more, switches or leaves, all of them move to a new one in one statement, so
that the old value is dead at once (R41).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, fields
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, cast

from sqlalchemy import bindparam, select, update

from idp import clock, opaque, origin
from idp.authentication import proof_rows
from idp.authentication import session as sessions
from idp.authentication.evidence import Evidence
from idp.authentication.session import LiveSession, RecognisedSession, Stay
from idp.extensions import db, settings
from idp.models import Session
from idp.prepared import Prepared

if TYPE_CHECKING:
    from sqlalchemy import Table

MOST = 5
"""Accounts in one browser; whoever was chosen longest ago makes room."""


@dataclass(frozen=True, slots=True)
class Member:
    """A session of the browser, as it is while nobody else can change it."""

    id: str
    user_id: str
    started_at: datetime
    last_seen_at: datetime
    resumed_at: datetime | None
    chosen_at: datetime
    kept: bool


_MEMBERS = (
    select(*(getattr(Session, field.name) for field in fields(Member)))
    .where(
        Session.token_digest.in_(
            select(Session.token_digest).where(
                Session.id.in_(bindparam("known", expanding=True)), Session.ended_at.is_(None)
            )
        ),
        sessions.is_live(),
    )
    .order_by(Session.id)
    .with_for_update()
)
_INSERT = Prepared(cast("Table", Session.__table__).insert())


@dataclass(frozen=True, slots=True)
class Joined:
    """A user's session in this browser. `token`: the cookie's new value. `is_new`: it began now."""

    session_id: str
    token: str
    is_new: bool
    surplus: tuple[Member, ...]
    """Whoever has to make room; their sessions are to be ended."""


def begin(
    user_id: str, proofs: tuple[Evidence, ...], stay: Stay = Stay.ORDINARY
) -> tuple[str, str]:
    """A session in a browser that has none. Returns its row id and the cookie's value."""
    joined = join((), user_id, proofs, stay)
    return joined.session_id, joined.token


def join(
    browser: tuple[LiveSession, ...], user_id: str, proofs: tuple[Evidence, ...], stay: Stay
) -> Joined:
    """The user's session in this browser begins, or is strengthened by these proofs."""
    members = _hold(browser)
    own = next((one for one in members if one.user_id == user_id), None)
    others = _one_each(one for one in members if one.user_id != user_id)[: MOST - 1]
    token = opaque.make()
    if own is None:
        session_id = _insert(user_id, proofs, stay, token, chosen_at=_after(members))
    else:
        session_id = own.id
        _renew(own, proofs, stay, chosen_at=_after(members))
    _move([*others, own] if own else others, token)
    staying = {session_id, *(one.id for one in others)}
    surplus = tuple(one for one in members if one.id not in staying)
    return Joined(session_id, token, own is None, surplus)


def strengthen(session: RecognisedSession, proofs: tuple[Evidence, ...]) -> str | None:
    """Add proofs to a session. Returns the cookie's new value; None when it has ended meanwhile."""
    members = _hold(session.in_browser)
    own = next((one for one in members if one.id == session.id), None)
    if own is None:
        return None
    token = opaque.make()
    _renew(own, proofs, Stay.ORDINARY, chosen_at=own.chosen_at)
    _move(members, token)
    return token


def choose(browser: tuple[LiveSession, ...], chosen: LiveSession) -> str | None:
    """Make one of the accounts the current one. Proves nothing. Returns the cookie's new value;
    None when that session has ended meanwhile.
    """
    members = _hold(browser)
    if chosen.id not in {one.id for one in members}:
        return None
    db.session.execute(
        update(Session).where(Session.id == chosen.id).values(chosen_at=_after(members))
    )
    token = opaque.make()
    _move(members, token)
    return token


def part(browser: tuple[LiveSession, ...], leaving: tuple[LiveSession, ...]) -> str | None:
    """A new value for those that stay, before the others end; None when nobody stays."""
    gone = {one.id for one in leaving}
    staying = [one for one in _hold(browser) if one.id not in gone]
    token = opaque.make()
    _move(staying, token)
    return token if staying else None


def still_there(in_browser: tuple[LiveSession, ...]) -> tuple[LiveSession, ...]:
    """Those that have not ended since they were read; what they rest on is to be read again."""
    if not in_browser:
        return ()
    wanted = select(Session.id).where(
        Session.id.in_([one.id for one in in_browser]), Session.ended_at.is_(None)
    )
    found = set(db.session.scalars(wanted))
    return tuple(_without_proofs(one) for one in in_browser if one.id in found)


def _without_proofs(one: LiveSession) -> LiveSession:
    return LiveSession(**{field.name: getattr(one, field.name) for field in fields(LiveSession)})


def cookie_lifetime(token: str) -> timedelta | None:
    """How long the browser should remember the value; None: until it is closed."""
    if settings().sessions.keep_signed_in is None:
        return None
    kept = select(Session.expires_at).where(
        Session.token_digest == opaque.digest(token), Session.kept, Session.ended_at.is_(None)
    )
    ends = db.session.scalars(kept).all()
    return max(ends) - clock.now() if ends else None


def _hold(browser: tuple[LiveSession, ...]) -> list[Member]:
    """The accounts as they are now, the one chosen last first, held until the transaction ends.

    The value may have changed since the request came in, by another tab: the group is found by its
    rows, not by its value.
    """
    if not browser:
        return []
    sessions.queue_up(browser)
    wanted = {"known": [one.id for one in browser], **sessions.limits(clock.now())}
    members = [Member(*row) for row in db.session.execute(_MEMBERS, wanted)]
    return sorted(members, key=lambda one: one.chosen_at, reverse=True)


def _one_each(members: Iterable[Member]) -> list[Member]:
    """Two tabs may have signed in the same user in two values; one session each is enough."""
    found: dict[str, Member] = {}
    for one in members:
        found.setdefault(one.user_id, one)
    return list(found.values())


def _after(members: list[Member]) -> datetime:
    """Later than every choice before, also when the clock has stood still or was set back."""
    latest = max((one.chosen_at for one in members), default=None)
    now = clock.now()
    return now if latest is None else max(now, latest + timedelta(microseconds=1))


def _insert(
    user_id: str, proofs: tuple[Evidence, ...], stay: Stay, token: str, *, chosen_at: datetime
) -> str:
    now, session_id = clock.now(), opaque.identifier()
    db.session.flush()  # an account may have been made just now
    _INSERT.write(
        {
            "id": session_id,
            "sid": opaque.make(),
            "token_digest": opaque.digest(token),
            "user_id": user_id,
            "user_agent": origin.current().user_agent[:255],
            "address": origin.current().address,
            "started_at": now,
            "last_seen_at": now,
            "chosen_at": chosen_at,
            "kept": stay is Stay.KEPT,
            "resumed_at": None,
            "second_factor_waived": False,
            "expires_at": sessions.expiry(now, proofs, stay),
            "ended_at": None,
        }
    )
    proof_rows.attach(proofs, session_id)
    return session_id


def _renew(own: Member, proofs: tuple[Evidence, ...], stay: Stay, *, chosen_at: datetime) -> None:
    now = clock.now()
    proof_rows.attach(proofs, own.id)
    stay = Stay.KEPT if own.kept else stay
    values = {
        "last_seen_at": now,
        "resumed_at": now if own.kept and sessions.has_lapsed(own, now) else own.resumed_at,
        "chosen_at": chosen_at,
        "kept": stay is Stay.KEPT,
        "expires_at": sessions.expiry(own.started_at, proof_rows.of_session(own.id), stay),
    }
    db.session.execute(update(Session).where(Session.id == own.id).values(values))


def _move(members: Iterable[Member], token: str) -> None:
    """All at once. Two of the same user cannot share a value."""
    ids = [one.id for one in _one_each(members)]
    if ids:
        moving = update(Session).where(Session.id.in_(ids), Session.ended_at.is_(None))
        db.session.execute(moving.values(token_digest=opaque.digest(token)))
