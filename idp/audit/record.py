"""Record an event once: a row in the current transaction, a log line and a count.

The row commits or rolls back with its cause; the log line and the count are written at once, so a
failure that rolled back leaves a trace too.
"""

from __future__ import annotations

from dataclasses import fields
from datetime import datetime, timedelta
from enum import Enum
from typing import Any, TypeAlias

import structlog

from idp import metrics, origin
from idp.audit.catalogue import Event, type_of
from idp.extensions import db
from idp.logs import printable
from idp.models import AuditEvent

_log = structlog.get_logger("audit")
_OWN_COLUMNS = frozenset({"user_id", "client_id"})
LONGEST_DETAIL = 500

Plain: TypeAlias = "bool | int | float | str | list[Plain] | None"


def record(event: Event) -> None:
    """Write down what happened, by whom and from where."""
    current, type_ = origin.current(), type_of(type(event))
    details = {
        field.name: _plain(getattr(event, field.name))
        for field in fields(event)
        if field.name not in _OWN_COLUMNS
    }
    circumstances: dict[str, Any] = {
        "actor": printable(current.actor)[:80],
        "user_id": event.user_id,
        "client_id": _shortened(event.client_id, 255),
        "sid": current.session_sid or None,
        "address": printable(current.address)[:64],
        "user_agent": printable(current.user_agent)[:255],
        "reference": current.reference[:12],
    }
    db.session.add(AuditEvent(type=type_, details=details, **circumstances))
    metrics.audit_events.labels(type_).inc()
    _log.info(type_, **circumstances, details=details)


def _plain(value: object) -> Plain:
    match value:
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
    return printable(str(value))[:LONGEST_DETAIL]


def _shortened(text: str | None, length: int) -> str | None:
    return None if text is None else printable(text)[:length]
