"""The history of one account, newest first, a page at a time."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import select

from idp.extensions import db
from idp.models import AuditEvent


@dataclass(frozen=True, slots=True)
class Page:
    """`before`: what the next, older page begins with; None at the end."""

    events: list[AuditEvent]
    before: str | None


def of_user(user_id: str, types: Collection[str], *, size: int, before: str | None = None) -> Page:
    """Events of these types about this user. `before`: the id of an event, which is left out."""
    wanted = select(AuditEvent).where(AuditEvent.user_id == user_id, AuditEvent.type.in_(types))
    if before is not None:
        wanted = wanted.where(AuditEvent.id < before)
    # One more than is shown tells whether there is more.
    rows = list(db.session.scalars(wanted.order_by(AuditEvent.id.desc()).limit(size + 1)))
    shown = rows[:size]
    return Page(shown, shown[-1].id if len(rows) > size else None)
