"""How often things happened, hour by hour: hours that are over from their counts, the newest from
the log itself.

A month of a large deployment is millions of rows; its hours are a few thousand. What is counted of
the log is a range of the index on type and id, since ids are made in the order of time.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta

from sqlalchemy import func, select

from idp import clock, opaque
from idp.audit import catalogue, parts
from idp.extensions import db, insert
from idp.models import AuditEvent, EventCount

HOUR = timedelta(hours=1)
KEPT = timedelta(days=31)
"""As far back as anything is drawn; older counts have no use."""
SETTLED = timedelta(minutes=5)
"""So long after its end an hour is counted: whatever began in it has been committed."""
MOST_UNCOUNTED = 6
"""Hours that a page counts itself; with more, nobody runs the jobs, and gaps say so."""

SIGN_INS = catalogue.type_of(catalogue.SessionBegun)
TOKENS = catalogue.type_of(catalogue.TokensIssued)
FAILURES = tuple(
    catalogue.type_of(event)
    for event in (
        catalogue.PasswordRejected,
        catalogue.TotpRejected,
        catalogue.PasskeyRejected,
        catalogue.RecoveryCodeRejected,
    )
)
COUNTED = (SIGN_INS, TOKENS, *FAILURES)

Counts = Mapping[str, int]


def by_hour(hours: int) -> dict[datetime, Counts]:
    """The last whole hours and the one that has begun, the oldest first; nothing for an hour of
    which nobody knows.
    """
    this = _begun(clock.now())
    wanted = [this - HOUR * ago for ago in range(hours - 1, -1, -1)]
    known: dict[datetime, dict[str, int]] = {}
    rows = select(EventCount.hour, EventCount.type, EventCount.number).where(
        EventCount.hour >= wanted[0]
    )
    for hour, type_, number in db.session.execute(rows):
        known.setdefault(hour, {})[type_] = number
    missing = [hour for hour in wanted if hour not in known][-MOST_UNCOUNTED:]
    for hour in missing:
        known[hour] = _count(hour)
    return {hour: known.get(hour, {}) for hour in wanted}


def count_an_hour() -> bool:
    """The newest hour that is over and has not been counted. Returns whether there was one.

    Two nodes that count the same one write the same.
    """
    newest = _begun(clock.now() - SETTLED) - HOUR
    known = select(EventCount.hour).where(EventCount.hour > newest - KEPT).distinct()
    counted = set(db.session.scalars(known))
    hours = (newest - HOUR * ago for ago in range(KEPT // HOUR))
    hour = next((one for one in hours if one not in counted), None)
    if hour is None:
        return False
    found = _count(hour)
    rows = [{"hour": hour, "type": one, "number": found.get(one, 0)} for one in COUNTED]
    db.session.execute(insert(EventCount).values(rows).on_conflict_do_nothing())
    return True


def _count(hour: datetime) -> dict[str, int]:
    now = clock.now()
    here = opaque.identifier()
    lowest, _ = opaque.made_near(here, now - hour, timedelta())
    beyond, _ = opaque.made_near(here, now - hour - HOUR, timedelta())
    events = select(AuditEvent.type).where(
        AuditEvent.type.in_(COUNTED), AuditEvent.id >= lowest, AuditEvent.id < beyond
    )
    types = parts.together(events).subquery().c.type
    return {
        row[0]: row[1] for row in db.session.execute(select(types, func.count()).group_by(types))
    }


def _begun(moment: datetime) -> datetime:
    return moment.replace(minute=0, second=0, microsecond=0)
