"""Reading traces: one by its reference, the latest of a client."""

from __future__ import annotations

from sqlalchemy import Select, select

from idp.extensions import db
from idp.models import RequestTrace
from idp.traces import writer
from idp.traces.trace import Trace, restored

MOST_SHOWN = 200


def of_reference(reference: str) -> list[Trace]:
    """Of the request that showed this reference, the newest first; none after a day."""
    wanted = reference.strip().upper()
    return _read(select(RequestTrace).where(RequestTrace.reference == wanted))


def latest_of(client_id: str, limit: int = 50) -> list[Trace]:
    """The client's latest, the newest first."""
    return _read(select(RequestTrace).where(RequestTrace.client_id == client_id), limit)


def _read(statement: Select[RequestTrace], limit: int = MOST_SHOWN) -> list[Trace]:
    writer.hand_over()
    newest = statement.order_by(RequestTrace.id.desc()).limit(min(limit, MOST_SHOWN))
    return [
        restored(
            row.details,
            endpoint=row.endpoint,
            outcome=row.outcome,
            reference=row.reference,
            happened_at=row.happened_at,
            client_id=row.client_id,
        )
        for row in db.session.scalars(newest)
    ]
