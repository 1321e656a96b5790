"""Connections to SQLite: how they are opened, and how each of them writes and commits.

Whatever ends a transaction, SQLAlchemy's session, a connection of its engine or a statement of the
hot paths, comes to the driver's `commit`: nobody can forget that a commit is durable.
"""

from __future__ import annotations

import os
import sqlite3
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from sqlalchemy import event
from sqlalchemy.engine import make_url
from sqlalchemy.exc import OperationalError

from idp.database.durability import Log
from idp.write_queue import WriteQueue

if TYPE_CHECKING:
    from collections.abc import Callable

    from sqlalchemy.engine import Connection, Engine

BUSY_TIMEOUT_SECONDS = 10
CHECKPOINT_PAGES = 4000
"""Of the log (16 MiB): then a commit moves them into the database, while the others wait in line.
Most are the same few pages again and again, so a longer log is moved less often for the same work.
"""
OPTIONS = {
    "isolation_level": None,
    "timeout": BUSY_TIMEOUT_SECONDS,
    "check_same_thread": False,
}


class Driver(sqlite3.Connection):
    """In autocommit until it writes; then it stands in the writers' line until the transaction ends
    and, having left the line, waits for the disk.
    """

    queue: WriteQueue | None = None
    log: Log | None = None
    _is_in_line = False

    def begin(self) -> None:
        """To be called before each statement that writes."""
        if self.in_transaction:
            return
        if self.queue is not None and not self._is_in_line:
            self._is_in_line = self.queue.enter()
        self.execute("BEGIN IMMEDIATE")

    def commit(self) -> None:
        """Raises `sqlite3.OperationalError` when it is not sure that it is on the disk."""
        if not self.in_transaction:
            return
        try:
            super().commit()
        except BaseException:
            self.rollback()
            raise
        self._leave()
        if self.log is not None:
            try:
                self.log.settle()
            except OSError as error:
                raise sqlite3.OperationalError(f"disk I/O error: {error}") from error

    def rollback(self) -> None:
        try:
            super().rollback()
        finally:
            self._leave()

    def close(self) -> None:
        try:
            super().close()
        finally:
            self._leave()

    def _leave(self) -> None:
        if self._is_in_line and self.queue is not None:
            self._is_in_line = False
            self.queue.leave()


def prepare(engine: Engine, is_write: Callable[[str], bool]) -> None:
    """Attach what every connection of this engine needs."""
    name = make_url(str(engine.url)).database
    queue = log = None
    if name and name != ":memory:":
        _create_private_file(Path(name))
        queue = WriteQueue(Path(name), BUSY_TIMEOUT_SECONDS / 2)
        log = Log(Path(name))

    def choose_driver(*given: Any) -> None:
        *_, options = given
        options["factory"] = Driver

    def configure(driver: Driver, _record: object) -> None:
        is_logged = _configure(driver)
        driver.queue = queue
        driver.log = log if is_logged else None

    def begin(
        connection: Connection, _cursor: object, statement: str, bound: object, *_: object
    ) -> tuple[str, object]:
        if is_write(statement):
            try:
                cast("Driver", connection.connection.driver_connection).begin()
            except sqlite3.Error as error:
                # SQLAlchemy takes for the database's own only what a statement raises.
                raise OperationalError(
                    "BEGIN IMMEDIATE", None, error, hide_parameters=True
                ) from error
        return statement, bound

    event.listen(engine, "do_connect", choose_driver)
    event.listen(engine, "connect", configure)
    event.listen(engine, "before_cursor_execute", begin, retval=True)


def _create_private_file(path: Path) -> None:
    # SQLite would create the file, and beside it the WAL with the same mode, readable by others.
    path.parent.mkdir(parents=True, exist_ok=True)
    os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))


def _configure(driver: Driver) -> bool:
    """Whether it writes ahead to a log, which we make durable ourselves. Where the file system
    can't have one, SQLite does.
    """
    (mode,) = driver.execute("PRAGMA journal_mode=WAL").fetchone()
    is_logged = bool(mode == "wal")
    for pragma in (
        f"synchronous={'NORMAL' if is_logged else 'FULL'}",
        f"wal_autocheckpoint={CHECKPOINT_PAGES}",
        "foreign_keys=ON",
        "trusted_schema=OFF",
    ):
        driver.execute(f"PRAGMA {pragma}")
    return is_logged
