"""A PostgreSQL database that is used by one test after the other, and clean in between."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, NullPool, create_engine, text

from idp.models import Base

_OTHERS = text(
    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
    " WHERE datname = current_database() AND pid <> pg_backend_pid()"
)


class Spare:
    """Remembers the few rows that a migrated database begins with."""

    def __init__(self, url: str) -> None:
        self.url = url
        self._engine = create_engine(url, poolclass=NullPool)
        with self._engine.connect() as connection:
            self._first_rows = _all_rows(connection)

    def clean(self) -> None:
        """Back to the beginning, also if a test has left somebody connected."""
        with self._engine.begin() as connection:
            connection.execute(_OTHERS)
            for table in reversed(Base.metadata.sorted_tables):
                connection.execute(table.delete())
            for table in Base.metadata.sorted_tables:
                if rows := self._first_rows[table.name]:
                    connection.execute(table.insert(), rows)


def _all_rows(connection: Connection) -> dict[str, list[dict[str, Any]]]:
    return {
        table.name: [dict(row) for row in connection.execute(table.select()).mappings()]
        for table in Base.metadata.sorted_tables
    }
