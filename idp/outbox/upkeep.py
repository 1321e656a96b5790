"""What waits and what has died, for whoever looks after it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, select, update

from idp import clock
from idp.extensions import db, rows_changed
from idp.models import OutboundMessage
from idp.outbox import LIFETIME

_MOST = 500
"""Listed at once, the newest first."""


@dataclass(frozen=True, slots=True)
class Entry:
    """A message that has not arrived."""

    id: str
    recipient: str
    payload: Mapping[str, Any]
    created_at: datetime
    attempts: int
    next_try_at: datetime
    dead_at: datetime | None
    last_error: str | None


def dead(kind: str) -> list[Entry]:
    """Those that nobody tries any more."""
    return _entries(OutboundMessage.kind == kind, OutboundMessage.dead_at.is_not(None))


def waiting(kind: str) -> list[Entry]:
    """Those that are still tried."""
    return _entries(
        OutboundMessage.kind == kind,
        OutboundMessage.dead_at.is_(None),
        OutboundMessage.delivered_at.is_(None),
    )


def find_dead(kind: str, message_id: str) -> Entry | None:
    """One of those that nobody tries any more."""
    is_it = OutboundMessage.id == message_id
    found = _entries(OutboundMessage.kind == kind, is_it, OutboundMessage.dead_at.is_not(None))
    return found[0] if found else None


def revive(message_id: str) -> bool:
    """Try it again as if it were new. Its secret is gone. False: it was not dead."""
    now = clock.now()
    reviving = update(OutboundMessage).where(
        OutboundMessage.id == message_id, OutboundMessage.dead_at.is_not(None)
    )
    values = {
        "dead_at": None,
        "attempts": 0,
        "next_try_at": now,
        "expires_at": now + LIFETIME,
        "last_error": None,
    }
    return rows_changed(reviving.values(values)) == 1


def _entries(*which: ColumnElement[bool]) -> list[Entry]:
    rows = db.session.execute(
        select(
            OutboundMessage.id,
            OutboundMessage.recipient,
            OutboundMessage.payload,
            OutboundMessage.created_at,
            OutboundMessage.attempts,
            OutboundMessage.next_try_at,
            OutboundMessage.dead_at,
            OutboundMessage.last_error,
        )
        .where(*which)
        .order_by(OutboundMessage.created_at.desc(), OutboundMessage.id)
        .limit(_MOST)
    )
    return [Entry(*row) for row in rows]
