"""Rows of an uploaded file that were not taken over: on a page, and as a file."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass

from sqlalchemy import select

from idp.accounts.imports import problem
from idp.accounts.imports.problem import Problem
from idp.extensions import db
from idp.models import ImportState, UserImport, UserImportProblem
from idp.spreadsheet import safe_cell

_AT_ONCE = 500
COLUMNS = ("row", "email", "outcome", "problems")


@dataclass(frozen=True, slots=True)
class Line:
    """One row."""

    row: int
    email: str
    outcome: str
    problems: tuple[Problem, ...]


def lines(of: UserImport, *, after: int = 0, most: int = _AT_ONCE) -> list[Line]:
    """Of the dry run, until the import itself has begun."""
    key = UserImportProblem
    found = (
        select(key.row, key.email, key.outcome, key.problems)
        .where(
            key.import_id == of.id,
            key.state == (ImportState.RUNNING if _has_begun(of) else ImportState.CHECKING),
            key.row > after,
        )
        .order_by(key.row)
        .limit(most)
    )
    return [
        Line(row.row, row.email, row.outcome, tuple(map(problem.read_back, row.problems)))
        for row in db.session.execute(found)
    ]


def _has_begun(of: UserImport) -> bool:
    """One that was called off may have come either way."""
    if of.state == ImportState.CANCELLED:
        return of.created + of.existing + of.refused > 0 and of.expected is not None
    return of.state in {ImportState.RUNNING, ImportState.DONE}


def as_csv(of: UserImport) -> Iterator[str]:
    """All of them, in batches."""
    yield _written(COLUMNS)
    after = 0
    while batch := lines(of, after=after):
        for line in batch:
            says = "; ".join(map(str, line.problems))
            yield _written((str(line.row), line.email, line.outcome, says))
        after = batch[-1].row


def _written(cells: tuple[str, ...]) -> str:
    buffer = io.StringIO()
    csv.writer(buffer).writerow([safe_cell(cell) for cell in cells])
    return buffer.getvalue()
