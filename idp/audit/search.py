"""Events by who, about whom, through which client, of which kind, from where and when; the newest
first, a page at a time. Every look-up ends in an index that is in the order of the pages.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, select

from idp.audit.history import Page
from idp.extensions import db
from idp.models import AuditEvent

_EXPORTED_AT_ONCE = 1000


@dataclass(frozen=True, slots=True)
class Filter:
    """What is looked for; what is empty does not matter. `actor`: as it is written down
    (`user:ID`, `client:ID`, `cli:NAME`, `job:NAME`).
    """

    actor: str | None = None
    user_id: str | None = None
    client_id: str | None = None
    type: str | None = None
    address: str | None = None
    sid: str | None = None
    reference: str | None = None
    since: datetime | None = None
    until: datetime | None = None


def find(wanted: Filter, *, size: int, before: str | None = None) -> Page:
    """`before`: the id of an event, which is left out, with all that came later."""
    query = select(AuditEvent).where(*_conditions(wanted))
    if before is not None:
        query = query.where(AuditEvent.id < before)
    # One more than is shown tells whether there is more.
    rows = list(db.session.scalars(query.order_by(AuditEvent.id.desc()).limit(size + 1)))
    shown = rows[:size]
    return Page(shown, shown[-1].id if len(rows) > size else None)


def everything(wanted: Filter) -> Iterator[AuditEvent]:
    """All that is found, in batches, so that ten million rows fit; what happens meanwhile is not
    among them.
    """
    before: str | None = None
    while True:
        page = find(wanted, size=_EXPORTED_AT_ONCE, before=before)
        yield from page.events
        db.session.expunge_all()
        if page.before is None:
            return
        before = page.before


def known_types() -> list[str]:
    """Those that are in the log, for a list to choose from; each is found by the index."""
    found: list[str] = []
    while (following := _next_type(found[-1] if found else "")) is not None:
        found.append(following)
    return found


def _next_type(last: str) -> str | None:
    following = select(AuditEvent.type).where(AuditEvent.type > last)
    return db.session.scalar(following.order_by(AuditEvent.type).limit(1))


def _conditions(wanted: Filter) -> Iterator[ColumnElement[bool]]:
    for name in ("actor", "user_id", "client_id", "type", "address", "sid", "reference"):
        value = getattr(wanted, name)
        if value is not None:
            yield getattr(AuditEvent, name) == value
    yield from _times(wanted.since, wanted.until)


def _times(since: datetime | None, until: datetime | None) -> Iterator[ColumnElement[bool]]:
    """Ids grow with time, so the ends of the range are looked up once, and no page has to skip all
    that is newer.
    """
    happened_at, row_id = AuditEvent.happened_at, AuditEvent.id
    if since is not None:
        first = select(row_id).where(happened_at >= since).order_by(happened_at, row_id).limit(1)
        yield happened_at >= since
        yield row_id >= (db.session.scalar(first) or "~")
    if until is not None:
        newest = select(row_id).where(happened_at < until)
        last = newest.order_by(happened_at.desc(), row_id.desc()).limit(1)
        yield happened_at < until
        yield row_id <= (db.session.scalar(last) or "")
