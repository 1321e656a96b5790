"""Events, newest first, a page at a time; and the history of one account."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass

from sqlalchemy import ColumnElement

from idp.audit import parts
from idp.models import AuditEvent


@dataclass(frozen=True, slots=True)
class Page:
    """`before`: what the next, older page begins with; None at the end."""

    events: list[AuditEvent]
    before: str | None


def of_user(user_id: str, types: Collection[str], *, size: int, before: str | None = None) -> Page:
    """Events of these types about this user. `before`: the id of an event, which is left out."""
    wanted = [AuditEvent.user_id == user_id, AuditEvent.type.in_(types)]
    return page(size, wanted, before)


def page(size: int, wanted: Iterable[ColumnElement[bool]], before: str | None) -> Page:
    """Events of either part of the log."""
    older = () if before is None else (AuditEvent.id < before,)
    # One more than is shown tells whether there is more.
    found = parts.newest(size + 1, *wanted, *older)
    shown = found[:size]
    return Page(shown, shown[-1].id if len(found) > size else None)
