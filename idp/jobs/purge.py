"""Remove what has no meaning any more, in batches so small that nobody waits behind one.

What that is stands in `stale`. Nothing here decides: a row that is purged was already refused by
whoever reads it.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from functools import partial

from sqlalchemy import delete, exists, func, select

from idp import models
from idp.audit import retention
from idp.extensions import db, rows_changed, settings, transaction
from idp.jobs import stale
from idp.jobs.stale import Stale

BATCH = 100
"""Rows of one transaction."""
_LOOKED_AT = 5 * BATCH
"""Families of which a batch is found."""
MOST_BATCHES = 200
"""Of one table in one run; what is left waits for the next, so that stopping takes no time."""


def run(now: datetime) -> int:
    """Purge everything that is due. Returns the number of rows."""
    removed = sum(_in_batches(partial(_remove_some, rows)) for rows in stale.everything(now))
    removed += _in_batches(_remove_some_traces)
    if keep := settings().audit.retention:
        removed += _in_batches(partial(retention.remove_some, now - keep, BATCH))
    return removed + _in_batches(partial(_remove_some_families, now))


def _in_batches(remove_some: Callable[[], int]) -> int:
    removed = 0
    for _ in range(MOST_BATCHES):
        with transaction():
            batch = remove_some()
        removed += batch
        if batch < BATCH:
            break
    return removed


def _remove_some(rows: Stale) -> int:
    some = select(rows.key).where(rows.condition).limit(BATCH)
    return rows_changed(delete(rows.key.class_).where(rows.key.in_(some)))


def _remove_some_traces() -> int:
    """Those of clients that have more than their share; the oldest go."""
    trace = models.RequestTrace
    rank = func.row_number().over(partition_by=trace.client_id, order_by=trace.id.desc())
    ranked = select(trace.id, rank.label("rank")).subquery()
    too_many = select(ranked.c.id).where(ranked.c.rank > settings().traces.kept_per_client)
    return rows_changed(delete(trace).where(trace.id.in_(too_many.limit(BATCH))))


def _remove_some_families(now: datetime) -> int:
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
    rows = db.session.execute(select(oldest).where(ended).limit(BATCH))
    digests = {row.id: row.code_digest for row in rows}
    if digests:
        rows_changed(delete(code).where(code.digest.in_(filter(None, digests.values()))))
        rows_changed(delete(family).where(family.id.in_(digests)))
    return len(digests)
