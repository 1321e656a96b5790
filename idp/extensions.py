"""Singletons without logic: the database, the settings and the key ring of the current app.

SQLite is opened so that it behaves like PostgreSQL's READ COMMITTED: reads run in autocommit, and
the first statement that writes begins the transaction with `BEGIN IMMEDIATE`, so a unit of work
never holds a stale snapshot when it takes the write lock, and holds no lock while it hashes a
password.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import lru_cache
from typing import TYPE_CHECKING, Any, TypeAlias, cast

from flask import current_app
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import event
from sqlalchemy.dialects import postgresql
from sqlalchemy.dialects.sqlite import Insert as SqliteInsert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import DeclarativeBase

from idp import json_text, slow_statements
from idp.database import session, sqlite
from idp.database.readers import Readers

if TYPE_CHECKING:
    from flask import Flask
    from sqlalchemy.engine import Connection, CursorResult, Engine
    from sqlalchemy.pool import ConnectionPoolEntry
    from sqlalchemy.sql.dml import UpdateBase
    from sqlalchemy.util import ScopedRegistry

    from config import Settings
    from idp.database.session import UnitOfWork
    from idp.sealing import KeyRing

db = SQLAlchemy(session_options=session.OPTIONS)

Insertion: TypeAlias = SqliteInsert | postgresql.Insert
INSERTS: Mapping[str, Callable[[type[DeclarativeBase]], Insertion]] = {
    "sqlite": sqlite_insert,
    "postgresql": postgresql.insert,
}
"""By the name of the database's dialect."""

_WROTE = "idp.wrote"
_READS = ("SELECT", "PRAGMA", "EXPLAIN", "RELEASE", "ROLLBA", "COMMIT", "BEGIN ")


def kept() -> dict[str, Any]:
    """What the current app keeps, by name. It is asked for a dozen times a request: through Flask's
    stand-in for the app, one attribute costs six times as much as the app itself.
    """
    app: Flask = current_app._get_current_object()  # type: ignore[attr-defined] # noqa: SLF001
    return app.extensions


def settings() -> Settings:
    """The settings of the current app."""
    found: Settings = kept()["idp.settings"]
    return found


def keyring() -> KeyRing:
    """The key ring of the current app."""
    found: KeyRing = kept()["idp.keyring"]
    return found


def install(app: Flask, chosen: Settings, ring: KeyRing) -> None:
    """Bind the singletons to an app."""
    app.extensions["idp.settings"] = chosen
    app.extensions["idp.keyring"] = ring
    app.config["SQLALCHEMY_DATABASE_URI"] = chosen.database_url
    app.config["SQLALCHEMY_ENGINE_OPTIONS"] = engine_options(chosen)
    db.init_app(app)
    with app.app_context():
        prepare(db.engine)
        app.extensions["idp.readers"] = Readers(db.engine)
        slow_statements.watch(db.engine, chosen.database_slow_statement)


def engine_options(chosen: Settings) -> dict[str, Any]:
    """Options of `create_engine` for the chosen database."""
    options: dict[str, Any] = {
        # An error's text must not show the values that were bound: some are digests and secrets.
        "hide_parameters": True,
        "pool_size": chosen.database_pool_size,
        # Who comes next gets the connection whose cache of pages is the least out of date.
        "pool_use_lifo": True,
        "max_overflow": 8,
        "pool_timeout": 5,
        "json_deserializer": json_text.read,
    }
    if chosen.database_url.startswith("sqlite"):
        options["connect_args"] = sqlite.OPTIONS
        return options
    options["pool_pre_ping"] = True
    options["connect_args"] = {"connect_timeout": 5, "application_name": "idp"}
    return options


def prepare(engine: Engine) -> None:
    """Attach what every connection of this engine needs."""
    if engine.dialect.name == "sqlite":
        sqlite.prepare(engine, is_write)
        return
    event.listen(engine, "checkin", _forget_write)
    event.listen(engine, "before_cursor_execute", _note_write)


def _note_write(connection: Connection, _cursor: object, statement: str, *_rest: object) -> None:
    # A row that is locked is as good as written.
    if is_write(statement) or statement.endswith("UPDATE"):
        connection.info[_WROTE] = True


def _forget_write(_raw: object, record: ConnectionPoolEntry) -> None:
    record.info.pop(_WROTE, None)


def connection() -> Connection:
    """The connection of the unit of work in hand, which it begins."""
    unit = unit_of_work()
    return (cast("UnitOfWork", db.session()) if unit is None else unit).link()


def in_transaction() -> bool:
    """Whether a unit of work has begun."""
    unit = unit_of_work()
    return unit is not None and unit.in_transaction()


def unit_of_work() -> UnitOfWork | None:
    """The one in hand, if anybody has asked for it."""
    registry: ScopedRegistry[UnitOfWork] = db.session.registry  # type: ignore[assignment]
    found: UnitOfWork | None = registry.registry.get(registry.scopefunc())
    return found


def readers() -> Readers:
    """For a single question that is no part of a unit of work."""
    found: Readers = kept()["idp.readers"]
    return found


def let_go() -> None:
    """The unit of work has only read so far, and needs no connection for a while: it waits for a
    hash, or for what is written and committed on its own. Whoever kept one meanwhile would hold two
    of the pool, and on SQLite wait in vain for its own write lock.
    """
    unit = cast("UnitOfWork", db.session())
    if not unit.in_transaction():
        return
    if _has_written(unit.link()):
        raise RuntimeError("to be done before the first write of the request")
    waits_for_commit = any((unit.new, unit.dirty, unit.deleted, unit.info))
    if not waits_for_commit and not unit.in_nested_transaction():
        unit.commit()


def _has_written(link: Connection) -> bool:
    driver = link.connection.driver_connection
    return driver.in_transaction if isinstance(driver, sqlite.Driver) else _WROTE in link.info


@lru_cache(maxsize=2048)
def is_write(statement: str) -> bool:
    """Whether a statement must hold SQLite's write lock; a savepoint does, since
    writes follow it.
    """
    return statement.lstrip()[:6].upper() not in _READS


def insert(table: type[DeclarativeBase]) -> Insertion:
    """An INSERT in the dialect of the database, for what SQL has no common words: ON CONFLICT."""
    return INSERTS[db.engine.dialect.name](table)


def rows_changed(statement: UpdateBase) -> int:
    """Execute a write; its row count is the verdict of every check that must hold in a race."""
    # Of an INSERT, SQLAlchemy forgets the count unless it is told to keep it.
    options = {"synchronize_session": False, "preserve_rowcount": True}
    result = cast("CursorResult[Any]", db.session.execute(statement, execution_options=options))
    return result.rowcount


def commit() -> None:
    """Commit what this unit of work has done; most of what programs ask begins none."""
    unit = unit_of_work()
    if unit is not None and (unit.in_transaction() or unit.info):
        unit.commit()


def roll_back() -> None:
    """Roll back. A connection that breaks meanwhile has done so by itself, and is given up."""
    try:
        db.session.rollback()
    except SQLAlchemyError:
        db.session().invalidate()


@contextmanager
def transaction() -> Iterator[None]:
    """One unit of work of a command or a job: commit when it ends well, else roll
    back and raise.
    """
    try:
        yield
        db.session.commit()
    except BaseException:
        db.session.rollback()
        raise
