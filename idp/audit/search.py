"""Events by who, about whom, through which client, of which kind, from where and when; the newest
first, a page at a time. Every look-up ends in an index that is in the order of the pages.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Select, select

from idp.audit import parts
from idp.audit.history import Page, page
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
    return page(size, _conditions(wanted), before)


def everything(wanted: Filter) -> Iterator[AuditEvent]:
    """All that is found, in batches, so that ten million rows fit; what happens meanwhile is not
    among them.
    """
    before: str | None = None
    while True:
        found = find(wanted, size=_EXPORTED_AT_ONCE, before=before)
        yield from found.events
        db.session.expunge_all()
        if found.before is None:
            return
        before = found.before


def known_types() -> list[str]:
    """Those that are in the log, for a list to choose from; each is found by the index."""
    found: list[str] = []
    while (following := _next_type(found[-1] if found else "")) is not None:
        found.append(following)
    return found


def _next_type(last: str) -> str | None:
    following = select(AuditEvent.type).where(AuditEvent.type > last)
    return min(_first(following.order_by(AuditEvent.type)), default=None)


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
        following = select(row_id).where(happened_at >= since).order_by(happened_at, row_id)
        yield happened_at >= since
        yield row_id >= min(_first(following), default="~")
    if until is not None:
        before = select(row_id).where(happened_at < until)
        yield happened_at < until
        yield row_id <= max(_first(before.order_by(happened_at.desc(), row_id.desc())), default="")


def _first(wanted: Select[str]) -> list[str]:
    """Of each part of the log, if there is one."""
    found = (db.session.scalar(part) for part in parts.each(wanted.limit(1)))
    return [one for one in found if one is not None]
