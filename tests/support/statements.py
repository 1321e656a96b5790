"""What a request asks of the database: statements, and transactions that wrote."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from sqlalchemy import Connection, Engine, event

from idp.extensions import is_write


@dataclass(slots=True)
class Record:
    """Counts do not depend on how fast the machine is, so tests can assert them."""

    statements: list[str] = field(default_factory=list)
    writing_transactions: int = 0
    _has_written: bool = False

    def _on_statement(
        self, _connection: Connection, _cursor: object, statement: str, *_rest: object
    ) -> None:
        self.statements.append(" ".join(statement.split()))
        self._has_written = self._has_written or is_write(statement)

    def _on_commit(self, _connection: Connection) -> None:
        self.writing_transactions += self._has_written
        self._has_written = False

    def _on_rollback(self, _connection: Connection) -> None:
        self._has_written = False


@contextmanager
def recorded(engine: Engine) -> Iterator[Record]:
    """Everything that goes through the engine inside the block."""
    record = Record()
    listeners: dict[str, Callable[..., None]] = {
        "before_cursor_execute": record._on_statement,
        "commit": record._on_commit,
        "rollback": record._on_rollback,
    }
    for name, listener in listeners.items():
        event.listen(engine, name, listener)
    try:
        yield record
    finally:
        for name, listener in listeners.items():
            event.remove(engine, name, listener)
