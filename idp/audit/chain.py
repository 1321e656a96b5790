"""The chain: what a row is worth in it, and the sealing of committed rows, in order, in batches.

Recording stays as cheap as it is: a job comes after it, gives the rows that were committed their
place, and moves the head by one conditional write, so that of two nodes one seals and the other
finds nothing done. A row that is committed late gets a later place; none is ever left out.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import structlog
from sqlalchemy import bindparam, select, update
from sqlalchemy.engine import Row

from idp import clock
from idp.extensions import db, rows_changed
from idp.models import AuditChain, AuditEvent

_log = structlog.get_logger(__name__)

START = bytes(32)
"""What the first row is chained to."""

_CANONICAL = (
    *("id", "happened_at", "type", "actor", "user_id", "client_id", "sid"),
    *("address", "user_agent", "reference", "details"),
)
COLUMNS = tuple(getattr(AuditEvent, name) for name in _CANONICAL)
_UNSEALED = select(*COLUMNS).where(AuditEvent.sequence.is_(None)).order_by(AuditEvent.id)
_SEAL = (
    update(AuditEvent)
    .where(AuditEvent.id == bindparam("row_id"), AuditEvent.sequence.is_(None))
    .values(sequence=bindparam("place"), chain=bindparam("link"))
)


@dataclass(frozen=True, slots=True)
class Head:
    """How far the chain goes; `anchor_…`: after which place it begins."""

    sequence: int
    chain: bytes
    anchor_sequence: int
    anchor_chain: bytes
    sealed_at: datetime | None


def head() -> Head:
    """As it stands."""
    row = db.session.execute(
        select(
            AuditChain.sequence,
            AuditChain.chain,
            AuditChain.anchor_sequence,
            AuditChain.anchor_chain,
            AuditChain.sealed_at,
        )
    ).one()
    return Head(*row)


def link(previous: bytes, row: Row[Any]) -> bytes:
    """SHA-256 of the link before and of the row: its columns as JSON in one way of writing it."""
    values = {name: getattr(row, name) for name in _CANONICAL}
    values["happened_at"] = values["happened_at"].isoformat(timespec="microseconds")
    written = json.dumps(values, sort_keys=True, separators=(",", ":"), ensure_ascii=True)
    return hashlib.sha256(previous + written.encode("ascii")).digest()


def seal_some(most: int) -> int:
    """One batch, in the current transaction. Returns how many; 0 when there is nothing to seal or
    another node is sealing.
    """
    before, rows = head(), db.session.execute(_UNSEALED.limit(most)).all()
    if not rows:
        return 0
    places = _placed(before, rows)
    last = places[-1]
    moving = update(AuditChain).where(AuditChain.sequence == before.sequence)
    moved = moving.values(sequence=last["place"], chain=last["link"], sealed_at=clock.now())
    if rows_changed(moved) != 1:
        return 0
    db.session.connection().execute(_SEAL, places)
    # Whoever keeps the log elsewhere can tell from it that the whole chain was made anew.
    _log.info("audit_sealed", sequence=last["place"], chain=last["link"].hex())
    return len(places)


def _placed(before: Head, rows: Sequence[Row[Any]]) -> list[dict[str, Any]]:
    places, previous = [], before.chain
    for place, row in enumerate(rows, start=before.sequence + 1):
        previous = link(previous, row)
        places.append({"row_id": row.id, "place": place, "link": previous})
    return places
