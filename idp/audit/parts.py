"""Questions about events, asked of both parts of the log: what is sealed is found by its indexes;
what was recorded since the last sealing, a second ago, is in none of them and is looked through.

Whoever asks says what is wanted, never in which part it stands.
"""

from __future__ import annotations

from typing import TypeVar

from sqlalchemy import ColumnElement, CompoundSelect, Select, select, union_all

from idp.extensions import db
from idp.models import AuditEvent

T = TypeVar("T")
_Condition = ColumnElement[bool]

SEALED = AuditEvent.sequence.is_not(None)
"""Said to the database, which may then use those indexes."""
_ONLY_BY_THIS = "INDEXED BY ix_audit_events_unsealed"
"""SQLite would rather walk all rows in the order of their ids than those few, and sort them."""


def newest(size: int, *conditions: _Condition) -> list[AuditEvent]:
    """At most `size` events, in the order of their ids, the newest first."""
    wanted = select(AuditEvent).where(*conditions).order_by(AuditEvent.id.desc()).limit(size)
    return sorted(both(wanted), key=_id, reverse=True)[:size]


def oldest(size: int, *conditions: _Condition) -> list[AuditEvent]:
    """At most `size` events, in the order of their ids."""
    wanted = select(AuditEvent).where(*conditions).order_by(AuditEvent.id).limit(size)
    return sorted(both(wanted), key=_id)[:size]


def both(wanted: Select[AuditEvent]) -> list[AuditEvent]:
    """What is found in either, each event once, in no order."""
    return list(dict.fromkeys(found for part in each(wanted) for found in db.session.scalars(part)))


def together(wanted: Select[T]) -> CompoundSelect[T]:
    """One statement about both, for what is counted."""
    return union_all(*each(wanted))


def each(wanted: Select[T]) -> tuple[Select[T], Select[T]]:
    """The question about either part, to be asked in this order: what is sealed in between is found
    twice, and not never.
    """
    unsealed = wanted.where(AuditEvent.sequence.is_(None))
    return unsealed.with_hint(AuditEvent, _ONLY_BY_THIS, "sqlite"), wanted.where(SEALED)


def _id(event: AuditEvent) -> str:
    return event.id
