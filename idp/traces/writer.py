"""Writes traces behind the answers: a short queue per process, emptied by one statement.

A successful request must not pay for its trace, so each client has a ration: some successes and
more failures a minute. What exceeds it is counted and forgotten.
"""

from __future__ import annotations

import threading
from collections import Counter, deque
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, cast

import structlog
from sqlalchemy import Table
from sqlalchemy.exc import SQLAlchemyError

from idp import clock, metrics, opaque
from idp.extensions import db, kept, settings
from idp.models import RequestTrace
from idp.traces.trace import Trace, details_of

if TYPE_CHECKING:
    from flask import Flask
    from sqlalchemy.engine import Engine

EXTENSION = "idp.traces"
CAPACITY = 500
"""Traces that wait in one process."""
DELAY_SECONDS = 0.5
PATIENCE_SECONDS = 1.0
SUCCESSES_PER_MINUTE = 20
FAILURES_PER_MINUTE = 100
"""Of one client in one process."""
ALL_SUCCESSES_PER_MINUTE = 600
ALL_FAILURES_PER_MINUTE = 3000
"""Of all clients together in one process: a crowd must not fill the table either, and a server that
is busy spends its time on answers.
"""
MOST_COUNTED = 10_000
"""Clients whose rations are remembered; made-up names must not fill the memory."""

_RATIONS = {
    False: (SUCCESSES_PER_MINUTE, ALL_SUCCESSES_PER_MINUTE),
    True: (FAILURES_PER_MINUTE, ALL_FAILURES_PER_MINUTE),
}
_INSERT = cast("Table", RequestTrace.__table__).insert()
_log = structlog.get_logger(__name__)


@dataclass
class Writer:
    """Of one app."""

    engine: Engine
    waiting: deque[dict[str, Any]] = field(default_factory=lambda: deque(maxlen=CAPACITY))
    taken: Counter[tuple[str | None, bool]] = field(default_factory=Counter)
    admitted: Counter[bool] = field(default_factory=Counter)
    minute: int = 0
    timer: threading.Timer | None = None
    lock: threading.Lock = field(default_factory=threading.Lock)
    writing: threading.Lock = field(default_factory=threading.Lock)
    """Held until the rows are committed, so that a reader who flushes sees what was on its way."""

    def admits(self, client_id: str | None, *, is_failure: bool) -> bool:
        """Take from the client's ration."""
        minute, key = int(clock.now().timestamp() // 60), (client_id, is_failure)
        with self.lock:
            if minute != self.minute or len(self.taken) > MOST_COUNTED:
                self.taken.clear()
            if minute != self.minute:
                self.minute = minute
                self.admitted.clear()
            self.taken[key] += 1
            own, of_all = _RATIONS[is_failure]
            if self.taken[key] > own or self.admitted[is_failure] >= of_all:
                return False
            self.admitted[is_failure] += 1
            return True

    def put(self, row: dict[str, Any]) -> None:
        """Wait for the others, at most half a second."""
        with self.lock:
            self.waiting.append(row)
            if self.timer is None:
                self.timer = threading.Timer(DELAY_SECONDS, self.flush)
                self.timer.daemon = True
                self.timer.start()

    def flush(self) -> None:
        """Write what waits. A database that is away loses traces, never an answer."""
        with self.writing:
            with self.lock:
                if self.timer is not None:
                    self.timer.cancel()
                rows, self.timer = list(self.waiting), None
                self.waiting.clear()
            if rows:
                self._write(rows)

    def take(self) -> list[dict[str, Any]]:
        """What waits, for whoever writes it. Who is writing now is waited for, but not long: it may
        stand in line behind the very unit of work that asks.
        """
        if self.writing.acquire(timeout=PATIENCE_SECONDS):
            self.writing.release()
        with self.lock:
            rows = list(self.waiting)
            self.waiting.clear()
        return rows

    def _write(self, rows: list[dict[str, Any]]) -> None:
        try:
            with self.engine.begin() as connection:
                connection.execute(_INSERT, rows)
        except SQLAlchemyError as error:
            metrics.traces_lost.inc(len(rows))
            _log.warning("traces_lost", count=len(rows), problem=type(error).__name__)


def install(app: Flask) -> None:
    """Give an app its writer."""
    with app.app_context():
        app.extensions[EXTENSION] = Writer(db.engine)


def wants(client_id: str | None, *, is_failure: bool) -> bool:
    """Ask before making a trace; a yes is one of the client's ration."""
    return settings().traces.enabled and _writer().admits(client_id, is_failure=is_failure)


def put(trace: Trace) -> None:
    """Have it written in a moment."""
    _writer().put(
        {
            "id": opaque.identifier(),
            "reference": trace.reference[:12],
            "happened_at": trace.happened_at,
            "client_id": trace.client_id[:255] if trace.client_id else None,
            "endpoint": trace.endpoint,
            "outcome": trace.outcome[:60],
            "details": details_of(trace),
        }
    )


def flush() -> None:
    """Write this process's traces now, for whoever wants to read them."""
    _writer().flush()


def hand_over() -> None:
    """The same in the unit of work in hand: it may have written already, and on SQLite another
    connection would wait for it in vain.
    """
    if rows := _writer().take():
        db.session.execute(_INSERT, rows)


def _writer() -> Writer:
    writer: Writer = kept()[EXTENSION]
    return writer
