"""A few rows against the database: what would become of each, and making it so.

The dry run and the import ask the same function, so that they say the same.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from hashlib import sha256
from typing import Any, Protocol

from sqlalchemy import insert, select

from idp import audit, clock, opaque
from idp.accounts import claims as standard_claims
from idp.accounts.imports import own_claims, rows
from idp.accounts.imports.problem import Problem
from idp.accounts.imports.records import Record
from idp.accounts.imports.rows import Candidate
from idp.accounts.imports.source import Form
from idp.audit import catalogue
from idp.authentication import imported_password
from idp.extensions import db
from idp.language import gettext_noop
from idp.models import (
    Client,
    EmailAddress,
    Group,
    GroupMember,
    Password,
    RetiredSubject,
    User,
)

SIZE = 100
"""Rows of one transaction."""
_SHOWN = 320


class Outcome(StrEnum):
    """What becomes of a row."""

    CREATED = "created"
    EXISTS = "exists"
    """Somebody has this address already: nothing is done, so an import can be run again."""
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class Verdict:
    """About one row."""

    row: int
    email: str
    outcome: Outcome
    problems: tuple[Problem, ...] = ()


@dataclass(frozen=True, slots=True)
class Judged:
    """A row that was read. Without a candidate it is refused."""

    row: int
    email: str
    candidate: Candidate | None
    problems: tuple[Problem, ...] = ()

    def refused(self, says: str, column: str, **values: str | int) -> Verdict:
        return self._not_made(Outcome.REFUSED, Problem(says, column, values))

    def exists(self, says: str, **values: str | int) -> Verdict:
        return self._not_made(Outcome.EXISTS, Problem(says, "email", values))

    def _not_made(self, outcome: Outcome, problem: Problem) -> Verdict:
        return Verdict(self.row, self.email, outcome, (problem,))


class Seen(Protocol):
    """What earlier rows of the file have had."""

    def meet(self, met: Mapping[bytes, int]) -> Mapping[bytes, int]:
        """By digest the row that had it first: one of these, or an earlier one."""


def judged(records: Sequence[Record], form: Form) -> list[Judged]:
    """By what stands in the rows alone."""
    return [_judged(record, form) for record in records]


def verdicts(these: Sequence[Judged], seen: Seen) -> list[Verdict]:
    """Also by what is in the database, and in the file before. Writes nothing but to `seen`."""
    known = _Known.about([one.candidate for one in these if one.candidate])
    alone = {one.row: _verdict(one, known) for one in these}
    first = seen.meet(_met([one for one in these if alone[one.row].outcome is Outcome.CREATED]))
    return [_after(one, alone[one.row], first) for one in these]


def write(these: Sequence[Judged], import_id: str) -> list[Verdict]:
    """Make the accounts that can be made, in the current transaction. Raises `IntegrityError` when
    somebody else makes one of them at the same moment: then all of it is tried again.
    """
    found = verdicts(these, _ThisBatch())
    made = {one.row for one in found if one.outcome is Outcome.CREATED}
    new = [(opaque.identifier(), one.candidate) for one in these if one.row in made]
    _insert([(user_id, candidate) for user_id, candidate in new if candidate is not None])
    for user_id, _ in new:
        audit.record(catalogue.UserImported(user_id=user_id, import_id=import_id))
    return found


class _ThisBatch:
    """Earlier batches are in the database by now."""

    def meet(self, met: Mapping[bytes, int]) -> Mapping[bytes, int]:
        return met


def _judged(record: Record, form: Form) -> Judged:
    if record.problem is not None:
        return Judged(record.number, "", None, (record.problem,))
    values = rows.of_csv(record.values) if form is Form.CSV else record.values
    shown = values.get("email")
    email = shown.strip()[:_SHOWN] if isinstance(shown, str) else ""
    found = rows.judge(values)
    if isinstance(found, Candidate):
        return Judged(record.number, email, found)
    return Judged(record.number, email, None, tuple(found))


@dataclass(frozen=True, slots=True)
class _Known:
    """What the database says to a batch."""

    addresses: frozenset[str]
    subs: frozenset[str]
    groups: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def about(cls, candidates: Sequence[Candidate]) -> _Known:
        asked = {one.canonical for one in candidates}
        taken = select(EmailAddress.canonical).where(EmailAddress.canonical.in_(asked))
        return cls(
            frozenset(db.session.scalars(taken) if asked else ()),
            _taken_subs({one.sub for one in candidates if one.sub}),
            _groups({name for one in candidates for name in one.groups}),
        )


def _taken_subs(subs: set[str]) -> frozenset[str]:
    """Of an account, of one that has gone, or of an app: a machine's tokens name it as `sub`
    (RFC 9700 §4.15).
    """
    if not subs:
        return frozenset()
    digests = {opaque.digest(sub): sub for sub in subs}
    retired = select(RetiredSubject.digest).where(RetiredSubject.digest.in_(digests))
    return frozenset(
        (
            *db.session.scalars(select(User.sub).where(User.sub.in_(subs))),
            *db.session.scalars(select(Client.client_id).where(Client.client_id.in_(subs))),
            *(digests[digest] for digest in db.session.scalars(retired)),
        )
    )


def _groups(names: set[str]) -> Mapping[str, str]:
    if not names:
        return {}
    found = select(Group.name, Group.id).where(Group.name.in_(names))
    return {row.name: row.id for row in db.session.execute(found)}


def _verdict(one: Judged, known: _Known) -> Verdict:
    candidate = one.candidate
    if candidate is None:
        return Verdict(one.row, one.email, Outcome.REFUSED, one.problems)
    if candidate.canonical in known.addresses:
        return one.exists(gettext_noop("There is an account with this address already."))
    if candidate.sub in known.subs:
        says = gettext_noop("This sub is, or was, somebody else's.")
        return one.refused(says, "sub")
    missing = [name[:64] for name in candidate.groups if name not in known.groups]
    if missing:
        says = gettext_noop("There is no group named %(name)s.")
        return one.refused(says, "groups", name=missing[0])
    return Verdict(one.row, one.email, Outcome.CREATED)


def _met(these: Sequence[Judged]) -> dict[bytes, int]:
    met: dict[bytes, int] = {}
    for one in these:
        for key in _keys(one):
            met.setdefault(key, one.row)
    return met


def _keys(one: Judged) -> Iterator[bytes]:
    """The address, then the `sub` if there is one."""
    if one.candidate is not None:
        yield _key("email", one.candidate.canonical)
        if one.candidate.sub:
            yield _key("sub", one.candidate.sub)


def _key(kind: str, value: str) -> bytes:
    return sha256(f"{kind}\x00{value}".encode()).digest()[:16]


def _after(one: Judged, alone: Verdict, first: Mapping[bytes, int]) -> Verdict:
    """Of two rows with one address, or one `sub`, the earlier one counts."""
    if alone.outcome is not Outcome.CREATED:
        return alone
    address, *sub = (first[key] for key in _keys(one))
    if address != one.row:
        return one.exists(gettext_noop("Row %(row)s has the same address."), row=address)
    if sub and sub[0] != one.row:
        return one.refused(gettext_noop("Row %(row)s has the same sub."), "sub", row=sub[0])
    return alone


def _insert(new: Sequence[tuple[str, Candidate]]) -> None:
    if not new:
        return
    db.session.execute(insert(User), [_user(user_id, one) for user_id, one in new])
    db.session.execute(insert(EmailAddress), [_address(user_id, one) for user_id, one in new])
    hashes = [imported_password.row(user_id, one.password) for user_id, one in new if one.password]
    if hashes:
        db.session.execute(insert(Password), hashes)
    known = _groups({name for _, one in new for name in one.groups})
    members = [
        {"group_id": known[name], "user_id": user_id, "added_at": clock.now()}
        for user_id, one in new
        for name in one.groups
    ]
    if members:
        db.session.execute(insert(GroupMember), members)


def _user(user_id: str, one: Candidate) -> dict[str, Any]:
    return {
        "id": user_id,
        "sub": one.sub or opaque.make(),
        "name": one.name,
        "claims": standard_claims.storable(one.claims),
        "custom_claims": own_claims.stored(one.own_claims),
        "locale": one.language,
        "disabled_at": clock.now() if one.disabled else None,
    }


def _address(user_id: str, one: Candidate) -> dict[str, Any]:
    return {
        "user_id": user_id,
        "address": one.email,
        "canonical": one.canonical,
        "is_primary": True,
        "verified_at": clock.now() if one.verified else None,
    }
