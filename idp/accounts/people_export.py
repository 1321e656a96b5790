"""Everybody as a file that an import reads again: accounts, never a secret.

A batch at a time in the order of the rows, so that a million people take no more memory than a few.
"""

from __future__ import annotations

import csv
import io
import json
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any

from sqlalchemy import Row, select

from idp import audit
from idp.accounts import claims as standard_claims
from idp.accounts.custom_claims import values
from idp.accounts.imports import own_claims
from idp.accounts.imports.rows import ADDRESS, ADDRESS_COLUMNS, CLAIMS
from idp.accounts.imports.source import Form
from idp.audit import catalogue
from idp.extensions import db
from idp.models import EmailAddress, Group, GroupMember, User
from idp.spreadsheet import safe_cell

COLUMNS = (
    *("email", "email_verified", "name", "sub", "language", "disabled", "groups"),
    *(*CLAIMS, *ADDRESS_COLUMNS, "role", "created_at"),
)
_AT_ONCE = 500

Person = dict[str, Any]


def take_along(form: Form, *, reason: str) -> Iterator[str]:
    """The file in pieces. That it was taken is written down before the first one."""
    audit.record(catalogue.PeopleExported(form=form, reason=reason))
    return _WRITTEN[form](everybody())


def everybody() -> Iterator[Person]:
    """The oldest account first; who is made meanwhile comes along."""
    last = ""
    while batch := _read(last):
        groups = _groups([row.id for row in batch])
        yield from (_person(row, groups[row.id]) for row in batch)
        last = batch[-1].id


def _read(last: str) -> Sequence[Row[Any]]:
    primary = (EmailAddress.user_id == User.id) & EmailAddress.is_primary.is_(True)
    wanted = select(
        *(User.id, User.sub, User.name, User.locale, User.role, User.claims, User.custom_claims),
        *(User.created_at, User.disabled_at, EmailAddress.address, EmailAddress.verified_at),
    ).outerjoin(EmailAddress, primary)
    some = wanted.where(User.id > last).order_by(User.id).limit(_AT_ONCE)
    return db.session.execute(some).all()


def _groups(ids: Sequence[str]) -> defaultdict[str, list[str]]:
    wanted = (
        select(GroupMember.user_id, Group.name)
        .join(Group, Group.id == GroupMember.group_id)
        .where(GroupMember.user_id.in_(ids))
        .order_by(Group.name)
    )
    found: defaultdict[str, list[str]] = defaultdict(list)
    for row in db.session.execute(wanted):
        found[row.user_id].append(row.name)
    return found


def _person(row: Row[Any], groups: list[str]) -> Person:
    """Without what is missing."""
    told = {
        "email": row.address,
        "email_verified": row.verified_at is not None,
        "name": row.name,
        "sub": row.sub,
        "language": row.locale,
        "disabled": row.disabled_at is not None,
        "groups": groups,
        **standard_claims.storable(row.claims),
        own_claims.MEMBER: values.told(row.custom_claims) or None,
        "role": row.role,
        "created_at": row.created_at.isoformat(timespec="seconds").replace("+00:00", "Z"),
    }
    return {name: value for name, value in told.items() if value is not None}


def _csv(people: Iterable[Person]) -> Iterator[str]:
    """No cell is a formula (`idp.spreadsheet`), and an import takes that back."""
    columns = (*COLUMNS, *own_claims.columns())
    yield _line(columns)
    for person in people:
        own = own_claims.as_cells(person.get(own_claims.MEMBER, {}))
        cells = person | _flat(person.get("address", {})) | dict(own)
        yield _line([_cell(cells.get(name)) for name in columns])


def _flat(address: Mapping[str, str]) -> dict[str, str]:
    return {f"{ADDRESS}{name}": value for name, value in address.items()}


def _cell(value: object) -> str:
    match value:
        case None:
            return ""
        case bool():
            return "true" if value else "false"
        case list():
            return safe_cell(" ".join(value))
    return safe_cell(str(value))


def _line(cells: Sequence[str]) -> str:
    buffer = io.StringIO()
    csv.writer(buffer).writerow(cells)
    return buffer.getvalue()


def _json_lines(people: Iterable[Person]) -> Iterator[str]:
    for person in people:
        yield _json(person) + "\n"


def _json_array(people: Iterable[Person]) -> Iterator[str]:
    before = "[\n"
    for person in people:
        yield before + _json(person)
        before = ",\n"
    yield "\n]\n" if before != "[\n" else "[]\n"


def _json(person: Person) -> str:
    return json.dumps(person, ensure_ascii=False)


_WRITTEN: Mapping[Form, Callable[[Iterable[Person]], Iterator[str]]] = {
    Form.CSV: _csv,
    Form.JSON: _json_array,
    Form.JSONL: _json_lines,
}
