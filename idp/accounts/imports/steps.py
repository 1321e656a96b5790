"""The work on uploaded files, a batch at a time: whoever moves the place that was reached has the
batch, so that of two nodes one works and the other finds it done; a crash loses nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from itertools import islice
from typing import Any, TypeAlias, cast

from sqlalchemy import ColumnElement, Table, and_, delete, insert, select, tuple_, update
from sqlalchemy.exc import IntegrityError

from idp import audit, clock, extensions, origin
from idp.accounts.imports import batches, records, stored
from idp.accounts.imports.batches import Judged, Outcome, Verdict
from idp.accounts.imports.records import Place
from idp.audit import catalogue
from idp.extensions import db, rows_changed, transaction
from idp.models import (
    ImportState,
    UserImport,
    UserImportChunk,
    UserImportKey,
    UserImportProblem,
)

_TRIES = 3
_AT_ONCE = 200
_PART_AT_ONCE: Mapping[type[Any], int] = {UserImportChunk: 4, UserImport: 1}
"""Rows of one transaction."""
_AT_WORK = (ImportState.CHECKING, ImportState.RUNNING)
_OVER = (ImportState.DONE, ImportState.CANCELLED)
_Part: TypeAlias = UserImport | UserImportChunk | UserImportKey | UserImportProblem


def at_work() -> list[str]:
    """Imports that wait for us, the oldest first."""
    found = select(UserImport.id).where(UserImport.state.in_(_AT_WORK)).order_by(UserImport.id)
    return list(db.session.scalars(found))


def go_on(import_id: str, may_go_on: Callable[[], bool]) -> int:
    """Work off rows until told to stop, or the end. Returns how many."""
    row = _read(import_id)
    if row is None or row.state not in _AT_WORK:
        return 0
    origin.acting_as(row.started_by)
    state, layout = ImportState(row.state), stored.layout_of(row)[0]
    place, done = Place(row.position, row.rows), 0
    reading = records.go_on(stored.pieces(import_id, place.position), layout, place)
    while batch := list(islice(reading, batches.SIZE)):
        these = batches.judged(batch, layout.form)
        if not _settle(import_id, state, place, batch[-1].ends, these):
            return done
        place, done = batch[-1].ends, done + len(batch)
        if not may_go_on():
            return done
    _end(import_id, state, place)
    return done


def tidy_some() -> int:
    """Content of imports that are over, in short transactions; those nobody said yes to are over.
    Returns how many rows went.
    """
    now = clock.now()
    late = select(UserImport.id).where(
        UserImport.state == ImportState.CHECKED, UserImport.expires_at <= now
    )
    for import_id in db.session.scalars(late).all():
        with transaction():
            stored.cancel(import_id)
    return sum(_removed(table, which) for table, which in _not_needed(now))


def _not_needed(now: datetime) -> Iterator[tuple[type[_Part], ColumnElement[bool]]]:
    yield UserImportKey, UserImport.state != ImportState.CHECKING
    yield UserImportChunk, UserImport.state.in_(_OVER)
    yield UserImportProblem, and_(UserImport.state.in_(_OVER), UserImport.expires_at <= now)
    yield UserImport, and_(UserImport.state.in_(_OVER), UserImport.expires_at <= now)


def _removed(table: type[_Part], which: ColumnElement[bool]) -> int:
    """A batch. It is looked for first: where nothing is to do, nobody waits for a write."""
    row_ids = list(cast("Table", table.__table__).primary_key)
    some = select(*row_ids).limit(_PART_AT_ONCE.get(table, _AT_ONCE)).where(which)
    if table is not UserImport:
        # The key of every part begins with the import it belongs to.
        some = some.join(UserImport, UserImport.id == row_ids[0])
    rows = [tuple(row) for row in db.session.execute(some)]
    if not rows:
        return 0
    with transaction():
        return rows_changed(delete(table).where(tuple_(*row_ids).in_(rows)))


def _read(import_id: str) -> UserImport | None:
    return db.session.get(UserImport, import_id, populate_existing=True)


def _settle(
    import_id: str,
    state: ImportState,
    before: Place,
    after: Place,
    these: Sequence[Judged],
) -> bool:
    """One batch in one transaction. False: somebody else has had it, or it was called off."""
    for _ in range(_TRIES):
        try:
            with transaction():
                return _settled(import_id, state, before, after, these)
        except IntegrityError:
            # Somebody made one of these accounts at the same moment: it is known now.
            continue
    return False


def _settled(
    import_id: str,
    state: ImportState,
    before: Place,
    after: Place,
    these: Sequence[Judged],
) -> bool:
    mine = _is_mine(import_id, state, before)
    moving = update(UserImport).where(*mine)
    if rows_changed(moving.values(position=after.position, rows=after.row)) != 1:
        return False
    if state is ImportState.RUNNING:
        found = batches.write(these, import_id)
    else:
        found = batches.verdicts(these, _SeenBefore(import_id))
    _count(import_id, found)
    _note(import_id, state, found)
    return True


def _is_mine(import_id: str, state: ImportState, place: Place) -> tuple[ColumnElement[bool], ...]:
    is_here = UserImport.position == place.position
    return (UserImport.id == import_id, UserImport.state == state, is_here)


def _count(import_id: str, found: Sequence[Verdict]) -> None:
    of = [one.outcome for one in found]
    counting = update(UserImport).where(UserImport.id == import_id)
    rows_changed(
        counting.values(
            created=UserImport.created + of.count(Outcome.CREATED),
            existing=UserImport.existing + of.count(Outcome.EXISTS),
            refused=UserImport.refused + of.count(Outcome.REFUSED),
            updated_at=clock.now(),
        )
    )


def _note(import_id: str, state: ImportState, found: Sequence[Verdict]) -> None:
    """What the report says."""
    lines = [
        {
            "import_id": import_id,
            "state": state,
            "row": one.row,
            "email": one.email,
            "outcome": one.outcome,
            "problems": [problem.written() for problem in one.problems],
        }
        for one in found
        if one.outcome is not Outcome.CREATED
    ]
    if lines:
        db.session.execute(insert(UserImportProblem), lines)


class _SeenBefore:
    """Addresses of the dry run, in the database since a file may have a million."""

    def __init__(self, import_id: str) -> None:
        self._import_id = import_id

    def meet(self, met: Mapping[bytes, int]) -> Mapping[bytes, int]:
        if not met:
            return {}
        key = UserImportKey
        new = [
            {"import_id": self._import_id, "digest": digest, "row": row}
            for digest, row in met.items()
        ]
        db.session.execute(extensions.insert(key).values(new).on_conflict_do_nothing())
        ours = select(key.digest, key.row).where(
            key.import_id == self._import_id, key.digest.in_(met)
        )
        return {found.digest: found.row for found in db.session.execute(ours)}


def _end(import_id: str, state: ImportState, place: Place) -> None:
    """The dry run waits for a yes; the import is over."""
    with transaction():
        row = _read(import_id)
        if row is None:
            return
        ending = update(UserImport).where(*_is_mine(import_id, state, place))
        values = _checked(row) if state is ImportState.CHECKING else _done()
        if rows_changed(ending.values(**values)) == 1 and state is ImportState.RUNNING:
            audit.record(
                catalogue.ImportEnded(
                    import_id=import_id,
                    created=row.created,
                    existing=row.existing,
                    refused=row.refused,
                )
            )


def _checked(row: UserImport) -> dict[str, object]:
    start = stored.layout_of(row)[1]
    expected = {"created": row.created, "existing": row.existing, "refused": row.refused}
    return {
        "state": ImportState.CHECKED,
        "expected": expected | {"rows": row.rows - start.row},
        "position": start.position,
        "rows": start.row,
        **dict.fromkeys(("created", "existing", "refused"), 0),
        "updated_at": clock.now(),
    }


def _done() -> dict[str, object]:
    now = clock.now()
    return {
        "state": ImportState.DONE,
        "updated_at": now,
        "expires_at": now + stored.TIME_TO_READ,
    }
