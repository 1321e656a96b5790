"""The statements that most tries need, made once: taken, and given back after a success."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, cast

from sqlalchemy import bindparam, case, or_, select, update

from idp.extensions import INSERTS, Insertion
from idp.models import Bucket

if TYPE_CHECKING:
    from sqlalchemy import Table
    from sqlalchemy.sql.dml import ReturningInsert

LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)
"""Of a bucket that was never closed: open also if the clock is set back."""

_BUCKETS = cast("Table", Bucket.__table__)
# Rows are locked in the order in which tries lock them, so that the two cannot deadlock.
_COUNTED = (
    select(_BUCKETS.c.key)
    .where(
        _BUCKETS.c.key.in_(bindparam("keys", expanding=True)),
        _BUCKETS.c.window_started_at <= bindparam("taken_at"),
    )
    .order_by(_BUCKETS.c.key)
    .with_for_update()
)
_IS_SERIES = _BUCKETS.c.key.in_(bindparam("series", expanding=True))
GIVING_BACK = (
    update(_BUCKETS)
    .where(_BUCKETS.c.key.in_(_COUNTED), _BUCKETS.c.count > 0)
    .values(
        count=case((_IS_SERIES, 0), else_=_BUCKETS.c.count - 1),
        opens_at=case((_IS_SERIES, LONG_AGO), else_=_BUCKETS.c.opens_at),
    )
)


def _taking(statement: Insertion) -> ReturningInsert[str, int]:
    new = statement.excluded
    is_over = Bucket.expires_at <= new.window_started_at
    is_open = (Bucket.count < new.capacity) & (Bucket.opens_at <= new.window_started_at)
    return statement.on_conflict_do_update(
        index_elements=[Bucket.key],
        set_={
            "count": case((is_over, 1), else_=Bucket.count + 1),
            "capacity": new.capacity,
            "window_started_at": case(
                (is_over, new.window_started_at), else_=Bucket.window_started_at
            ),
            "opens_at": case((is_over, new.opens_at), else_=Bucket.opens_at),
            "expires_at": case((is_over, new.expires_at), else_=Bucket.expires_at),
        },
        where=or_(is_over, is_open),
    ).returning(Bucket.key, Bucket.count)


# Made once: rows that come as parameters leave the statement to SQLAlchemy's cache.
TAKING = {dialect: _taking(insert_into(Bucket)) for dialect, insert_into in INSERTS.items()}
