"""The life of a message as conditional updates: claim it for a while, then settle what came of it.

A claim moves `next_try_at` to the end of a lease and counts the attempt. Whoever dies in between
leaves a message that is tried again when the lease ends: it may arrive twice, but is never lost.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, assert_never

import structlog
from sqlalchemy import ColumnElement, and_, exists, or_, select, update

from idp import metrics
from idp.extensions import db, rows_changed
from idp.models import OutboundMessage
from idp.outbox.secret import unseal
from idp.sealing import SealBroken

LEASE = timedelta(minutes=2)
"""Longer than any delivery takes."""
MAXIMUM_ATTEMPTS = 8
FIRST_DELAY = timedelta(seconds=10)
LONGEST_DELAY = timedelta(hours=6)

_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Message:
    """A claimed message, for its deliverer."""

    id: str
    kind: str
    recipient: str
    payload: Mapping[str, Any]
    created_at: datetime
    attempt: int
    secret: bytes | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class Delivered:
    """It arrived."""


@dataclass(frozen=True, slots=True)
class TryLater:
    """It did not arrive now; `problem` is a word or two without secrets."""

    problem: str


@dataclass(frozen=True, slots=True)
class GiveUp:
    """It can never arrive."""

    problem: str


@dataclass(frozen=True, slots=True)
class Unreachable:
    """Nobody can be sent messages of this kind now: those to others need not be tried."""

    problem: str


Outcome = Delivered | TryLater | GiveUp | Unreachable
Deliverer = Callable[[Message], Outcome]
"""Sends a message of one kind. It may read the database; it must not write before it has sent."""


@dataclass(frozen=True, slots=True)
class Due:
    """A message that may be claimed."""

    id: str
    kind: str
    recipient: str


def delay_after(attempt: int) -> timedelta:
    """Four times longer each time: all attempts together take about ten hours."""
    times = int(4 ** (attempt - 1))
    return min(FIRST_DELAY * times, LONGEST_DELAY)


def due(now: datetime, kinds: Collection[str], limit: int) -> list[Due]:
    """Fresh messages before those that have failed already."""
    rows = db.session.execute(
        select(OutboundMessage.id, OutboundMessage.kind, OutboundMessage.recipient)
        .where(_is_due(now), OutboundMessage.kind.in_(kinds))
        .order_by(OutboundMessage.attempts, OutboundMessage.next_try_at, OutboundMessage.id)
        .limit(limit)
    )
    return [Due(row.id, row.kind, row.recipient) for row in rows]


def claim(message_id: str, now: datetime) -> Message | None:
    """None when somebody else was quicker. Commit before delivering."""
    lease = (
        update(OutboundMessage)
        .where(OutboundMessage.id == message_id, _is_due(now))
        .values(attempts=OutboundMessage.attempts + 1, next_try_at=now + LEASE)
    )
    if not rows_changed(lease):
        return None
    try:
        return _read(message_id)
    except SealBroken:
        _bury(OutboundMessage.id == message_id, "seal_broken", now)
        _log.exception("outbox_seal_broken", message=message_id)
        return None


def settle(message: Message, outcome: Outcome, now: datetime) -> None:
    """Write down what came of a claimed message."""
    match outcome:
        case Delivered():
            # Also if the lease ran out meanwhile: it did arrive.
            _settle(OutboundMessage.id == message.id, delivered_at=now, last_error=None)
            _note(message, "delivered", None)
        case TryLater(problem) | Unreachable(problem) if message.attempt < MAXIMUM_ATTEMPTS:
            _postpone(message, problem, now)
            _note(message, "later", problem)
        case TryLater(problem) | Unreachable(problem) | GiveUp(problem):
            _settle(_is_still_ours(message), dead_at=now, last_error=problem[:100])
            _note(message, "dead", problem)
        case _:
            assert_never(outcome)


def pause(kind: str, recipient: str, now: datetime) -> None:
    """After a failure a recipient's other messages wait: a dead host costs one call in a while."""
    _pause(and_(OutboundMessage.kind == kind, OutboundMessage.recipient == recipient), now)


def pause_all(kind: str, now: datetime) -> None:
    """The same for everybody, when what is dead is on our side of them."""
    _pause(OutboundMessage.kind == kind, now)


def bury(now: datetime) -> int:
    """Those that came too late, or that were lost in their last attempt. Returns how many."""
    lies_still = and_(_waits(), OutboundMessage.next_try_at <= now)
    reasons = {
        "expired": and_(lies_still, OutboundMessage.expires_at <= now),
        "lost": and_(lies_still, OutboundMessage.attempts >= MAXIMUM_ATTEMPTS),
    }
    # Asked first, because nearly always there is nothing, and SQLite has one writer.
    if not db.session.scalar(select(exists().where(or_(*reasons.values())))):
        return 0
    buried = {word: _bury(reason, word, now) for word, reason in reasons.items()}
    _log.warning("outbox_buried", **buried)
    return sum(buried.values())


def _pause(which: ColumnElement[bool], now: datetime) -> None:
    until = now + FIRST_DELAY
    rows_changed(
        update(OutboundMessage)
        .where(which, _waits(), OutboundMessage.next_try_at < until)
        .values(next_try_at=until)
    )


def _waits() -> ColumnElement[bool]:
    return and_(OutboundMessage.delivered_at.is_(None), OutboundMessage.dead_at.is_(None))


def _is_due(now: datetime) -> ColumnElement[bool]:
    return and_(
        _waits(),
        OutboundMessage.next_try_at <= now,
        OutboundMessage.expires_at > now,
        OutboundMessage.attempts < MAXIMUM_ATTEMPTS,
    )


def _is_still_ours(message: Message) -> ColumnElement[bool]:
    """The attempt's number is the proof: after the lease somebody else may have begun the next."""
    return and_(OutboundMessage.id == message.id, OutboundMessage.attempts == message.attempt)


def _read(message_id: str) -> Message:
    row = db.session.execute(
        select(
            OutboundMessage.kind,
            OutboundMessage.recipient,
            OutboundMessage.payload,
            OutboundMessage.created_at,
            OutboundMessage.attempts,
            OutboundMessage.secret_sealed,
        ).where(OutboundMessage.id == message_id)
    ).one()
    sealed = row.secret_sealed
    secret = None if sealed is None else unseal(sealed, message_id)
    return Message(
        message_id, row.kind, row.recipient, row.payload, row.created_at, row.attempts, secret
    )


def _settle(which: ColumnElement[bool], **values: object) -> None:
    rows_changed(
        update(OutboundMessage).where(which, _waits()).values(secret_sealed=None, **values)
    )


def _postpone(message: Message, problem: str, now: datetime) -> None:
    rows_changed(
        update(OutboundMessage)
        .where(_is_still_ours(message), _waits())
        .values(next_try_at=now + delay_after(message.attempt), last_error=problem[:100])
    )


def _bury(which: ColumnElement[bool], word: str, now: datetime) -> int:
    return rows_changed(
        update(OutboundMessage)
        .where(which)
        .values(dead_at=now, last_error=word, secret_sealed=None)
    )


def _note(message: Message, result: str, problem: str | None) -> None:
    metrics.outbox_attempts.labels(message.kind, result).inc()
    # Without the recipient, which may be somebody's address.
    _log.info(
        "outbox_attempt",
        message=message.id,
        kind=message.kind,
        attempt=message.attempt,
        result=result,
        problem=problem,
    )
