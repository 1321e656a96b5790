"""A file worked off at once, by whoever waits for it: a command. Every row's verdict comes out as
soon as it is known. Run again, it goes on where it was interrupted: who exists is left alone.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from contextlib import closing

from sqlalchemy.exc import IntegrityError

from idp import audit, opaque
from idp.accounts.imports import batches, records, rows, source
from idp.accounts.imports.batches import Judged, Outcome, Verdict
from idp.accounts.imports.problem import Unreadable
from idp.accounts.imports.records import Record
from idp.accounts.imports.source import Form, Readable
from idp.audit import catalogue
from idp.extensions import db, transaction

_TRIES = 2


def dry_run(file: Readable, form: Form) -> Generator[Verdict, None, None]:
    """What would become of each row. Raises `Unreadable`, after the rows that could be read."""
    with closing(_TemporaryKeys()) as seen:
        yield from _each(file, form, lambda these: batches.verdicts(these, seen))


def take_over(
    file: Readable, form: Form, *, name: str, reason: str
) -> Generator[Verdict, None, None]:
    """Make the accounts. Raises `Unreadable`, after the rows that could be read."""
    import_id = opaque.identifier()
    with transaction():
        audit.record(catalogue.ImportBegun(import_id=import_id, file_name=name, reason=reason))
    counts = dict.fromkeys(Outcome, 0)
    try:
        for verdict in _each(file, form, lambda these: _written(these, import_id)):
            counts[verdict.outcome] += 1
            yield verdict
    finally:
        with transaction():
            audit.record(
                catalogue.ImportEnded(
                    import_id=import_id,
                    created=counts[Outcome.CREATED],
                    existing=counts[Outcome.EXISTS],
                    refused=counts[Outcome.REFUSED],
                )
            )


def _each(
    file: Readable, form: Form, settle: Callable[[Sequence[Judged]], Sequence[Verdict]]
) -> Generator[Verdict, None, None]:
    layout, _, reading = records.begin(source.as_utf8(source.pieces(file), form), form)
    if form is Form.CSV:
        rows.require_columns(layout.names)
    for batch in _batches(reading):
        yield from settle(batches.judged(batch, form))
        db.session.expunge_all()


def _batches(reading: Iterator[Record]) -> Iterator[list[Record]]:
    """Also those before the place where the file becomes unreadable."""
    batch: list[Record] = []
    try:
        for record in reading:
            batch.append(record)
            if len(batch) == batches.SIZE:
                yield batch
                batch = []
    except Unreadable:
        if batch:
            yield batch
        raise
    if batch:
        yield batch


def _written(these: Sequence[Judged], import_id: str) -> list[Verdict]:
    """One transaction. Who makes one of the accounts at the same moment is known the next time."""
    for _ in range(_TRIES):
        try:
            with transaction():
                return batches.write(these, import_id)
        except IntegrityError:
            continue
    with transaction():
        return batches.write(these, import_id)


class _TemporaryKeys:
    """What the file had before, in a file of SQLite's own that goes with us: a dry run writes
    nothing, and a million addresses are too many for the memory.
    """

    def __init__(self) -> None:
        self._kept = sqlite3.connect("")
        self._kept.execute("CREATE TABLE kept (digest BLOB PRIMARY KEY, row INTEGER) WITHOUT ROWID")

    def meet(self, met: Mapping[bytes, int]) -> Mapping[bytes, int]:
        self._kept.executemany("INSERT OR IGNORE INTO kept VALUES (?, ?)", met.items())
        found = "SELECT row FROM kept WHERE digest = ?"
        return {digest: self._kept.execute(found, (digest,)).fetchone()[0] for digest in met}

    def close(self) -> None:
        self._kept.close()
