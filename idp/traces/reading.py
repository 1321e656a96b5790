"""Reading traces: one by its reference, the latest of a client."""

from __future__ import annotations

from sqlalchemy import Select, select

from idp import clock
from idp.extensions import db, settings
from idp.models import RequestTrace
from idp.traces import writer
from idp.traces.trace import OK, Trace, restored

MOST_SHOWN = 200


def of_reference(reference: str) -> list[Trace]:
    """Of the request that showed this reference, the newest first; none after a day."""
    wanted = reference.strip().upper()
    return _read(select(RequestTrace).where(RequestTrace.reference == wanted))


def find(trace_id: str) -> Trace | None:
    """One that is not older than traces live, whether or not it has been removed yet."""
    oldest = clock.now() - settings().traces.lifetime
    wanted = select(RequestTrace).where(
        RequestTrace.id == trace_id, RequestTrace.happened_at > oldest
    )
    return next(iter(_read(wanted)), None)


def latest_of(client_id: str, limit: int = 50, *, before: str | None = None) -> list[Trace]:
    """The client's latest, the newest first. `before`: the id of the last one that was seen."""
    return _read(_of_client(client_id, before), limit)


def failures_of(client_id: str, limit: int = 50, *, before: str | None = None) -> list[Trace]:
    """The same of those that failed."""
    return _read(_of_client(client_id, before).where(RequestTrace.outcome != OK), limit)


def _of_client(client_id: str, before: str | None) -> Select[RequestTrace]:
    wanted = select(RequestTrace).where(RequestTrace.client_id == client_id)
    return wanted if before is None else wanted.where(RequestTrace.id < before)


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
            trace_id=row.id,
        )
        for row in db.session.scalars(newest)
    ]
