"""The schema's history: migrate the database, and tell whether it stands where the models are."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import text

from idp.models import Base

if TYPE_CHECKING:
    from sqlalchemy.engine import Connection, Engine

FOLDER = Path(__file__).resolve().parent.parent / "migrations"
_LOCK = 0x1D9
"""Number of the PostgreSQL advisory lock that lets one node migrate at a time."""


class BrokenForeignKeysError(Exception):
    """A migration would leave rows that point to nothing; it was rolled back."""


def upgrade(engine: Engine, revision: str = "head") -> None:
    """Go up to a revision, all steps in one transaction."""
    with migrating(engine) as config:
        command.upgrade(config, revision)


def downgrade(engine: Engine, revision: str) -> None:
    """Go back to a revision; `base` is before the first."""
    with migrating(engine) as config:
        command.downgrade(config, revision)


def write_revision(engine: Engine, message: str) -> Path:
    """A new migration, drafted from the difference between the database and the models."""
    with migrating(engine) as config:
        number = f"{len(revisions()) + 1:04d}"
        script = command.revision(config, message, autogenerate=True, rev_id=number)
    forget_scripts()
    if script is None or isinstance(script, list):
        raise RuntimeError("one migration was expected")
    return Path(script.path)


def forget_scripts() -> None:
    """Read the folder again: a migration was added."""
    _scripts.cache_clear()


def current(engine: Engine) -> str | None:
    """The revision of the database; None when it was never migrated."""
    with engine.connect() as connection:
        return MigrationContext.configure(connection).get_current_revision()


def newest() -> str | None:
    """The revision that this version of the program needs."""
    return _scripts().get_current_head()


def revisions() -> list[str]:
    """All of them, the first one first."""
    return [script.revision for script in reversed(list(_scripts().walk_revisions()))]


def is_current(engine: Engine) -> bool:
    """Whether the database stands at the newest revision."""
    return current(engine) == newest()


def serves(engine: Engine) -> bool:
    """Whether this version of the program can work with the database: one that a newer version has
    migrated already, too, since a migration leaves the version before it working.
    """
    found = current(engine)
    return found is not None and found >= str(newest())


def differences(engine: Engine) -> list[str]:
    """What a new migration would have to change to reach the models; empty is fine."""
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        return [_named(difference) for difference in compare_metadata(context, Base.metadata)]


@contextmanager
def migrating(engine: Engine) -> Iterator[Config]:
    """Alembic's configuration on a connection whose transaction ends with this block."""
    with engine.connect() as connection, _without_cascades(connection), connection.begin():
        _wait_for_turn(connection)
        yield _config(connection)
        _refuse_broken_foreign_keys(connection)


@contextmanager
def _without_cascades(connection: Connection) -> Iterator[None]:
    """SQLite changes a table by copying it and dropping the old one, which would cascade."""
    if connection.dialect.name != "sqlite":
        yield
        return
    _switch_foreign_keys(connection, "OFF")
    try:
        yield
    finally:
        _switch_foreign_keys(connection, "ON")


def _switch_foreign_keys(connection: Connection, state: str) -> None:
    connection.exec_driver_sql(f"PRAGMA foreign_keys={state}")
    connection.commit()


def _wait_for_turn(connection: Connection) -> None:
    if connection.dialect.name == "sqlite":
        connection.exec_driver_sql("BEGIN IMMEDIATE")
    else:
        connection.execute(text("SELECT pg_advisory_xact_lock(:number)"), {"number": _LOCK})


def _refuse_broken_foreign_keys(connection: Connection) -> None:
    if connection.dialect.name != "sqlite":
        return
    broken = connection.exec_driver_sql("PRAGMA foreign_key_check").fetchall()
    if broken:
        raise BrokenForeignKeysError(", ".join(sorted({str(row[0]) for row in broken})))


def _config(connection: Connection | None = None) -> Config:
    config = Config()
    config.set_main_option("script_location", str(FOLDER).replace("%", "%%"))
    config.set_main_option("file_template", "%%(rev)s_%%(slug)s")
    config.attributes["connection"] = connection
    return config


@lru_cache(maxsize=1)
def _scripts() -> ScriptDirectory:
    return ScriptDirectory.from_config(_config())


def _named(difference: object) -> str:
    """`add_column users.nickname` from Alembic's tuples, which nest for changes of one column."""
    while isinstance(difference, list):
        difference = difference[0]
    if not isinstance(difference, tuple):
        return str(difference)
    verb, *rest = difference
    named = [part if isinstance(part, str) else getattr(part, "name", None) for part in rest]
    return f"{verb} {'.'.join([name for name in named if isinstance(name, str)][:2])}"
