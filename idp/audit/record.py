"""Record an event once: a row in the current transaction, a log line and a count.

The row commits or rolls back with its cause; the log line and the count are written at once, so a
failure that rolled back leaves a trace too. Rows wait for the commit and go in by one statement:
that costs a fifth of what as many objects of the ORM do, and recording takes no write lock.
"""

from __future__ import annotations

from dataclasses import fields
from datetime import datetime, timedelta
from enum import Enum
from functools import cache
from typing import TYPE_CHECKING, Any, TypeAlias, cast

import structlog
from sqlalchemy import Table, event

from idp import clock, metrics, opaque, origin
from idp.audit.catalogue import Event, type_of
from idp.extensions import db
from idp.logs import printable
from idp.models import AuditEvent
from idp.prepared import Prepared

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

_log = structlog.get_logger("audit")
_INSERT = cast("Table", AuditEvent.__table__).insert()
_INSERT_ONE = Prepared(_INSERT)
_WAITING = "idp.audit.waiting"
_OWN_COLUMNS = frozenset({"user_id", "client_id", "sid"})
LONGEST_DETAIL = 500

Plain: TypeAlias = "bool | int | float | str | list[Plain] | None"


def record(happened: Event) -> None:
    """Write down what happened, by whom and from where."""
    current, type_ = origin.current(), type_of(type(happened))
    kind: type = type(happened)
    details = {name: _plain(getattr(happened, name)) for name in _names_of_details(kind)}
    if details.get("reason") == "":
        details["reason"] = printable(current.reason)[:LONGEST_DETAIL]
    circumstances: dict[str, Any] = {
        "actor": printable(current.actor)[:80],
        "user_id": happened.user_id,
        "client_id": _shortened(happened.client_id, 255),
        "sid": happened.sid or current.session_sid or None,
        "address": printable(current.address)[:64],
        "user_agent": printable(current.user_agent)[:255],
        "reference": current.reference[:12],
    }
    row = {
        "id": opaque.identifier(),
        "happened_at": clock.now(),
        "type": type_,
        **circumstances,
        "details": details,
    }
    db.session.info.setdefault(_WAITING, []).append(row)
    metrics.audit_events.labels(type_).inc()
    _log.log(happened.LOGGED_AT, type_, **circumstances, details=details)


@cache
def _names_of_details(kind: type) -> tuple[str, ...]:
    return tuple(field.name for field in fields(kind) if field.name not in _OWN_COLUMNS)


@event.listens_for(db.session, "before_commit")
def _write(session: Session) -> None:
    rows = session.info.pop(_WAITING, None)
    if rows and len(rows) == 1:
        _INSERT_ONE.write(rows[0])
    elif rows:
        session.connection().execute(_INSERT, rows)


@event.listens_for(db.session, "after_rollback")
def _forget(session: Session) -> None:
    session.info.pop(_WAITING, None)


def _plain(value: object) -> Plain:
    match value:
        case str():
            text = value
        case None | bool() | int() | float():
            return value
        case Enum():
            return _plain(value.value)
        case datetime():
            return value.isoformat()
        case timedelta():
            return int(value.total_seconds())
        case list() | tuple() | set() | frozenset():
            return [_plain(item) for item in value]
        case _:
            text = str(value)
    return printable(text)[:LONGEST_DETAIL]


def _shortened(text: str | None, length: int) -> str | None:
    return None if text is None else printable(text)[:length]
