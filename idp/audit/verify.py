"""Whether the chain is whole: every sealed row is read again, from the anchor to the head."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.engine import Row

from idp.audit import chain
from idp.audit.chain import Head
from idp.extensions import db
from idp.models import AuditEvent

MOST_COUNTED = 100_000
"""Of the rows that wait: beyond that it does not matter how many."""
_BATCH = 2000


class Damage(StrEnum):
    """What was done to the log."""

    ALTERED = "altered"
    """The row, or its link, is not what was sealed."""
    REMOVED = "removed"
    """There is no row at this place."""
    INSERTED = "inserted"
    """There is a row at a place that was never given."""
    REPLACED = "replaced"
    """The chain is whole, but is not the one that somebody noted down."""


@dataclass(frozen=True, slots=True)
class Broken:
    """The first place where the chain does not hold."""

    damage: Damage
    sequence: int
    event_id: str | None


@dataclass(frozen=True, slots=True)
class Verdict:
    """`verified`: rows that are as they were sealed. `unsealed`: committed, and not in it yet."""

    verified: int
    unsealed: int
    head: Head
    broken: Broken | None


@dataclass(frozen=True, slots=True)
class Noted:
    """A place and its link, as somebody wrote them down outside the database."""

    sequence: int
    chain: bytes


def verify(noted: Noted | None = None) -> Verdict:
    """The whole chain; `noted` has to be part of it. Rows that are sealed or removed by retention
    meanwhile do no harm.
    """
    head = chain.head()
    verified, broken = _walk(head, noted, AuditEvent.sequence.is_not(None))
    if broken is not None and chain.head().anchor_sequence != head.anchor_sequence:
        return verify(noted)
    return Verdict(verified, _unsealed(), head, broken or _beyond())


def look_at_newest(count: int) -> Verdict:
    """The end of the chain only, which costs the same however long it is."""
    head = chain.head()
    place = head.sequence - count
    if place <= head.anchor_sequence:
        return verify()
    link = db.session.scalar(select(AuditEvent.chain).where(AuditEvent.sequence == place))
    if link is None:
        return Verdict(0, _unsealed(), head, Broken(Damage.REMOVED, place, None))
    start = replace(head, anchor_sequence=place, anchor_chain=link)
    verified, broken = _walk(start, None, AuditEvent.sequence > place)
    return Verdict(verified, _unsealed(), head, broken or _beyond())


def _walk(
    head: Head, noted: Noted | None, reached: ColumnElement[bool]
) -> tuple[int, Broken | None]:
    expected, previous, verified = head.anchor_sequence + 1, head.anchor_chain, 0
    for row in _sealed(head, reached):
        damage = _judged(row, expected, previous, noted)
        if damage is Damage.REMOVED:
            return verified, Broken(damage, expected, None)
        if damage is not None:
            return verified, Broken(damage, row.sequence, row.id)
        expected, previous, verified = expected + 1, row.chain, verified + 1
    if expected <= head.sequence:
        return verified, Broken(Damage.REMOVED, expected, None)
    if previous != head.chain:
        return verified, Broken(Damage.ALTERED, head.sequence, None)
    return verified, None


def _judged(row: Row[Any], expected: int, previous: bytes, noted: Noted | None) -> Damage | None:
    if row.sequence < expected:
        return Damage.INSERTED
    if row.sequence > expected:
        return Damage.REMOVED
    if row.chain != chain.link(previous, row):
        return Damage.ALTERED
    if noted is not None and noted.sequence == row.sequence and noted.chain != row.chain:
        return Damage.REPLACED
    return None


def _sealed(head: Head, reached: ColumnElement[bool]) -> Iterator[Any]:
    """In order, up to the head; also what stands before the anchor, where nothing may."""
    while True:
        some = (
            select(*chain.COLUMNS, AuditEvent.sequence, AuditEvent.chain)
            .where(reached, AuditEvent.sequence <= head.sequence)
            .order_by(AuditEvent.sequence)
            .limit(_BATCH)
        )
        rows = db.session.execute(some).all()
        yield from rows
        if len(rows) < _BATCH:
            return
        reached = AuditEvent.sequence > rows[-1].sequence


def _beyond() -> Broken | None:
    """A row after the head. The head is read last: both move in one transaction."""
    newest = select(AuditEvent.sequence, AuditEvent.id).where(AuditEvent.sequence.is_not(None))
    row = db.session.execute(newest.order_by(AuditEvent.sequence.desc()).limit(1)).first()
    if row is None or row.sequence <= chain.head().sequence:
        return None
    return Broken(Damage.INSERTED, row.sequence, row.id)


def _unsealed() -> int:
    waiting = select(AuditEvent.id).where(AuditEvent.sequence.is_(None)).limit(MOST_COUNTED)
    return db.session.scalar(select(func.count()).select_from(waiting.subquery())) or 0
