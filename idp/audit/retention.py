"""The oldest part of the log may go; the chain then begins where an anchor says."""

from __future__ import annotations

from datetime import datetime
from itertools import takewhile

from sqlalchemy import delete, select, update

from idp.audit import chain
from idp.extensions import db, rows_changed
from idp.models import AuditChain, AuditEvent


def remove_some(before: datetime, most: int) -> int:
    """The oldest sealed rows from before an instant, without a gap. Returns how many."""
    anchor = chain.head().anchor_sequence
    oldest = db.session.execute(
        select(AuditEvent.sequence, AuditEvent.chain, AuditEvent.happened_at)
        .where(AuditEvent.sequence > anchor)
        .order_by(AuditEvent.sequence)
        .limit(most)
    ).all()
    going = list(takewhile(lambda row: row.happened_at < before, oldest))
    if not going:
        return 0
    last = going[-1]
    moving = update(AuditChain).where(AuditChain.anchor_sequence == anchor)
    moved = moving.values(anchor_sequence=last.sequence, anchor_chain=last.chain)
    if rows_changed(moved) != 1:
        return 0
    return rows_changed(
        delete(AuditEvent).where(AuditEvent.sequence.between(anchor + 1, last.sequence))
    )
