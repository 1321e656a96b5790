"""Many people at once: taken along, and brought from a file after a dry run."""

from __future__ import annotations

import io
from datetime import datetime

from pydantic import Field

from idp.accounts import people_export
from idp.accounts.imports import report, stored
from idp.accounts.imports.problem import Problem
from idp.accounts.imports.source import Form
from idp.accounts.permissions import Permission
from idp.models import ImportState, UserImport
from idp.web import bearer, problems
from idp.web.api.answering import Answer, JsonLines, Written
from idp.web.api.model import Because, Changed, Model
from idp.web.api.operation import Wants, operation
from idp.web.problems import Fault, Kind, Refused

BULK = Permission.USERS_BULK
LARGEST = 8 * 1024 * 1024
"""Bytes of a request; larger files come by a page or a command."""


class NewImport(Because):
    """A file, as text."""

    format: Form
    content: str = Field(min_length=1)
    name: str = Field("people", min_length=1, max_length=100)


class Counts(Model):
    """Of rows."""

    created: int
    existing: int
    refused: int


class Import(Model):
    """A file and how far it is. It waits for a confirmation once its dry run is over."""

    id: str
    state: ImportState
    name: str
    started_by: str
    reason: str
    created_at: datetime
    expires_at: datetime
    part_done: int = Field(description="Per cent.")
    counts: Counts


class ImportList(Model):
    """The newest first."""

    items: list[Import]


class RowProblem(Model):
    """A row that was not, or would not be, taken over."""

    row: int
    email: str
    outcome: str
    problems: list[str]


class RowProblemList(Model):
    """At most 1000, in the order of the file."""

    items: list[RowProblem]


@operation("POST", "/user-exports", BULK, body=Because, answer=JsonLines)
def export_users(given: Because) -> Answer:
    """Everybody, a person a line, without any secret."""
    pieces = people_export.take_along(Form.JSONL, reason=given.reason)
    return Answer(Written(pieces, JsonLines.media_type))


@operation(
    "POST", "/user-imports", BULK, body=NewImport, answer=Import, status=201,
    wants=(Wants.KEY,), largest_body=LARGEST,
)  # fmt: skip
def upload_users(given: NewImport) -> Answer:
    """Hand over a file of people. It is looked at in a dry run; nobody is made by it yet."""
    file = io.BytesIO(given.content.encode())
    by = bearer.caller().actor
    made = stored.upload(file, given.format, name=given.name, by=by, reason=given.reason)
    if isinstance(made, Problem):
        raise Refused(Kind.INVALID, None, Fault(made.sentence, problems.pointer("content")))
    return Answer(_shown(made))


@operation("GET", "/user-imports", BULK, answer=ImportList)
def list_user_imports() -> Answer:
    """Files of the last weeks."""
    return Answer(ImportList(items=[_shown(one) for one in stored.newest()]))


@operation("GET", "/user-imports/<import_id>", BULK, answer=Import)
def read_user_import(import_id: str) -> Answer:
    """How far a file is."""
    return Answer(_shown(_existing(import_id)))


@operation("GET", "/user-imports/<import_id>/problems", BULK, answer=RowProblemList)
def list_import_problems(import_id: str) -> Answer:
    """Rows of a file that are there already or are refused, and why."""
    items = [
        RowProblem(
            row=one.row,
            email=one.email,
            outcome=one.outcome,
            problems=[str(problem) for problem in one.problems],
        )
        for one in report.lines(_existing(import_id), most=1000)
    ]
    return Answer(RowProblemList(items=items))


@operation("POST", "/user-imports/<import_id>/confirm", BULK, answer=Changed)
def confirm_user_import(import_id: str) -> Answer:
    """Say yes to what the dry run found."""
    return Answer(Changed(changed=stored.confirm(_existing(import_id).id)))


@operation("POST", "/user-imports/<import_id>/cancel", BULK, answer=Changed)
def cancel_user_import(import_id: str) -> Answer:
    """Throw a file away. What was imported stays."""
    return Answer(Changed(changed=stored.cancel(_existing(import_id).id)))


def _existing(import_id: str) -> UserImport:
    one = stored.find(import_id)
    if one is None:
        raise Refused(Kind.NOT_FOUND)
    return one


def _shown(one: UserImport) -> Import:
    return Import(
        id=one.id,
        state=ImportState(one.state),
        name=one.file_name,
        started_by=one.started_by,
        reason=one.reason,
        created_at=one.created_at,
        expires_at=one.expires_at,
        part_done=100 * one.position // one.size if one.size else 100,
        counts=Counts(
            created=one.created or 0, existing=one.existing or 0, refused=one.refused or 0
        ),
    )
