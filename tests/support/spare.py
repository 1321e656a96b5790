"""A PostgreSQL database that is used by one test after the other, and clean in between."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, NullPool, create_engine, text

from idp.models import Base

_OTHERS = text(
    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
    " WHERE datname = current_database() AND pid <> pg_backend_pid()"
)


_SHAPE = text(
    "SELECT (SELECT string_agg(version_num, ',') FROM alembic_version),"
    " (SELECT md5(string_agg(concat_ws('.', table_name, column_name, data_type, is_nullable), ','"
    " ORDER BY table_name, column_name)) FROM information_schema.columns"
    " WHERE table_schema = 'public'),"
    " (SELECT md5(string_agg(indexdef, ',' ORDER BY indexname)) FROM pg_indexes"
    " WHERE schemaname = 'public')"
)
"""A migration may change the indexes alone, or the rows alone."""


class Misshapen(Exception):
    """A test has changed the schema: nobody else may meet this database."""


class Spare:
    """Remembers the shape of a migrated database, and the few rows that it begins with."""

    def __init__(self, url: str) -> None:
        self.url = url
        self._engine = create_engine(url, poolclass=NullPool)
        with self._engine.connect() as connection:
            self._first_rows = _all_rows(connection)
            self._shape = connection.execute(_SHAPE).one()

    def clean(self) -> None:
        """Back to the beginning, also if a test has left somebody connected."""
        with self._engine.begin() as connection:
            connection.execute(_OTHERS)
            if connection.execute(_SHAPE).one() != self._shape:
                raise Misshapen
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
