"""Where the schema stands, told without loading Alembic: probes ask for it again and again."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

from sqlalchemy import text

from idp.extensions import db

FOLDER = Path(__file__).resolve().parent.parent / "migrations"


def serves() -> bool:
    """Whether this version of the program can work with the database: one that a newer version has
    migrated already, too, since nodes are upgraded one after another. Raises a database error when
    it was never migrated.
    """
    found: str | None = db.session.scalar(text("SELECT version_num FROM alembic_version"))
    return found is not None and found >= newest()


@lru_cache(maxsize=1)
def newest() -> str:
    """The number of the last migration; `idp.schema` says the same by Alembic's own reading."""
    files = (FOLDER / "versions").glob("[0-9]*_*.py")
    return max(file.name.partition("_")[0] for file in files)
