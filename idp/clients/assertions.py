"""Assertions of clients that were used: the row is the proof, and inserting it is the check.

It is committed at once, in a short transaction of its own: whatever becomes of the request, its
assertion is spent, and no signature is computed behind SQLite's write lock.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from idp import opaque
from idp.extensions import db, insert
from idp.models import UsedAssertion

KEPT_LONGER = timedelta(minutes=1)
"""Than the assertion is good for, since the clocks of several nodes differ a little."""


def spend(client_id: str, jti: str, expires_at: datetime) -> bool:
    """RFC 7523 §3, rule 7. Of any number of racers one is told True."""
    row = {
        # No client_id holds a line break, so no two pairs look the same.
        "digest": opaque.digest(f"{client_id}\n{jti}"),
        "expires_at": expires_at + KEPT_LONGER,
    }
    once = insert(UsedAssertion).values(**row).on_conflict_do_nothing()
    with db.engine.connect() as connection:
        inserted = connection.execute(once, execution_options={"preserve_rowcount": True}).rowcount
        connection.commit()
    return inserted == 1
