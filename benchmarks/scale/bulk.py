"""Rows into PostgreSQL as fast as it takes them: COPY, with the indexes made afterwards."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from itertools import islice

from sqlalchemy import Connection, Engine, Table, text
from sqlalchemy.schema import CreateIndex, DropIndex

from benchmarks.scale import values

ROWS_AT_ONCE = 10_000
_BAR = 30


def copy(
    engine: Engine,
    table: Table,
    columns: Sequence[str],
    rows: Iterator[Sequence[object]],
    most: int,
) -> None:
    """All of them in one COPY, told as they go."""
    progress = _Progress(table.name, most)
    names = ", ".join(f'"{name}"' for name in columns)
    raw = engine.raw_connection()
    try:
        cursor = raw.cursor()
        with cursor.copy(f"COPY {table.name} ({names}) FROM STDIN") as target:
            while batch := list(islice(rows, ROWS_AT_ONCE)):
                target.write("".join([values.line(row) for row in batch]))
                progress.more(len(batch))
        raw.commit()
    finally:
        raw.close()
    progress.end()


@contextmanager
def without_indexes(engine: Engine, table: Table) -> Iterator[None]:
    """Filling an index row by row costs several times what making it at once does."""
    with engine.begin() as connection:
        for index in table.indexes:
            connection.execute(DropIndex(index, if_exists=True))
    yield
    for index in sorted(table.indexes, key=lambda one: str(one.name)):
        began = time.monotonic()
        with engine.begin() as connection:
            connection.execute(text("SET maintenance_work_mem = '512MB'"))
            connection.execute(CreateIndex(index))
        print(f"{index.name}: {time.monotonic() - began:.0f} s", file=sys.stderr)


def count(connection: Connection, table: str) -> int:
    """Rows that are there."""
    return int(connection.scalar(text(f"SELECT count(*) FROM {table}")) or 0)  # noqa: S608


class _Progress:
    """A bar where somebody watches, a line per table where not."""

    def __init__(self, name: str, most: int) -> None:
        self._name, self._most, self._done = name, most, 0
        self._began = time.monotonic()

    def more(self, rows: int) -> None:
        self._done += rows
        if sys.stderr.isatty():
            filled = _BAR * self._done // max(1, self._most)
            bar = "#" * filled + "." * (_BAR - filled)
            print(f"\r{self._name:<24} {bar} {self._done:,}", end="", file=sys.stderr)

    def end(self) -> None:
        seconds = time.monotonic() - self._began
        start = "\r" if sys.stderr.isatty() else ""
        told = f"{start}{self._name:<24} {self._done:,} rows in {seconds:.0f} s"
        print(f"{told:<80}", file=sys.stderr)
