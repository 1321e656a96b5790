"""Where the schema stands, told without loading Alembic: probes ask for it again and again."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import text

if TYPE_CHECKING:
    from sqlalchemy.orm import Session, scoped_session

FOLDER = Path(__file__).resolve().parent.parent / "migrations"


def is_current(session: scoped_session[Session]) -> bool:
    """Whether the database stands where this version of the program needs it. Raises a database
    error when it was never migrated.
    """
    return session.scalar(text("SELECT version_num FROM alembic_version")) == newest()


@lru_cache(maxsize=1)
def newest() -> str:
    """The number of the last migration; `idp.schema` says the same by Alembic's own reading."""
    files = (FOLDER / "versions").glob("[0-9]*_*.py")
    return max(file.name.partition("_")[0] for file in files)
