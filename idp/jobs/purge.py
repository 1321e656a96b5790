"""Remove what has no meaning any more, in batches so small that nobody waits behind one.

What that is stands in `stale`. Nothing here decides: a row that is purged was already refused by
whoever reads it.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from functools import partial

from sqlalchemy import delete, exists, func, select

from idp import models
from idp.audit import retention
from idp.extensions import db, rows_changed, settings
from idp.jobs import batches, stale
from idp.jobs.batches import Batch
from idp.jobs.stale import Stale

_LOOKED_AT = 5 * batches.BATCH
"""Families of which a batch is found."""
MOST_ROWS = 20_000
"""Of one table in one run; what is left waits for the next, so that stopping takes no time."""


def run(now: datetime) -> int:
    """Purge everything that is due. Returns the number of rows."""
    removed = sum(_rows(partial(_remove_some, rows)) for rows in stale.everything(now))
    removed += sum(_rows(removal) for removal in _surplus_traces())
    if keep := settings().audit.retention:
        removed += _rows(partial(retention.remove_some, now - keep))
    return removed + _rows(partial(_remove_some_families, now))


def _rows(remove_some: Batch) -> int:
    return batches.in_batches(remove_some, MOST_ROWS)


def _remove_some(rows: Stale, most: int) -> int:
    some = select(rows.key).where(rows.condition).order_by(rows.instant).limit(most)
    return rows_changed(delete(rows.key.class_).where(rows.key.in_(some)))


def _surplus_traces() -> Iterator[Batch]:
    """Of each client that has more than its share, the oldest go. Counted once, by an index."""
    trace, share = models.RequestTrace, settings().traces.kept_per_client
    crowded = select(trace.client_id).group_by(trace.client_id).having(func.count() > share)
    for client_id in db.session.scalars(crowded).all():
        own = trace.client_id == client_id if client_id else trace.client_id.is_(None)
        newest_first = select(trace.id).where(own).order_by(trace.id.desc())
        oldest_kept = db.session.scalar(newest_first.offset(share - 1).limit(1))
        if oldest_kept is not None:
            yield partial(_remove_some, Stale(trace.id, trace.id, oldest_kept, own))


def _remove_some_families(now: datetime, most: int) -> int:
    """Families past their absolute end, and the spent codes that they came from."""
    family, token, code = models.TokenFamily, models.RefreshToken, models.AuthorizationCode
    # The oldest few, so that not every family is compared with every token for the sake of a batch.
    oldest = (
        select(family.id, family.code_digest)
        .where(family.expires_at < now - settings().tokens.spent_code_retention)
        .order_by(family.expires_at)
        .limit(_LOOKED_AT)
        .subquery()
    )
    # One that rotated a thousand times waits until its tokens have gone, a batch at a time.
    ended = ~exists().where(token.family_id == oldest.c.id)
    rows = db.session.execute(select(oldest).where(ended).limit(most))
    digests = {row.id: row.code_digest for row in rows}
    if digests:
        rows_changed(delete(code).where(code.digest.in_(filter(None, digests.values()))))
        rows_changed(delete(family).where(family.id.in_(digests)))
    return len(digests)
