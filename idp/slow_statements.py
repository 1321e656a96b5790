"""Statements that take the database long: counted, and logged without the values bound to them."""

from __future__ import annotations

import threading
import time
from datetime import timedelta
from typing import TYPE_CHECKING

import structlog
from sqlalchemy import event

from idp import metrics

if TYPE_CHECKING:
    from sqlalchemy.engine import Connection, Engine

_log = structlog.get_logger("database")
_in_hand = threading.local()
"""When the statement that a thread is at began."""
_SHOWN = 500
"""Characters of a statement in the log."""


def watch(engine: Engine, limit: timedelta) -> None:
    """Tell of every statement of this engine that takes longer than `limit`."""
    seconds = limit.total_seconds()

    def begin(
        _connection: Connection, _cursor: object, statement: str, bound: object, *_rest: object
    ) -> tuple[str, object]:
        _in_hand.began = time.perf_counter()
        return statement, bound

    def end(_connection: Connection, _cursor: object, statement: str, *_rest: object) -> None:
        took = time.perf_counter() - _in_hand.began
        if took > seconds:
            metrics.slow_statements.labels(statement.lstrip().partition(" ")[0].upper()).inc()
            # The text holds names of tables and columns only: values are always bound.
            _log.warning(
                "slow statement",
                statement=statement[:_SHOWN],
                milliseconds=round(took * 1000, 1),
            )

    # What returns the statement is called as it is; anything else is wrapped into what does.
    event.listen(engine, "before_cursor_execute", begin, retval=True)
    event.listen(engine, "after_cursor_execute", end)
