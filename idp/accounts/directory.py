"""People as administrators find them: by the beginning of an address or a name, a page at a time.

Both are stored in a form that is compared by its bytes, so that a beginning is a range of an index
and a page costs the same wherever in a million people it begins.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, exists, func, select, tuple_
from sqlalchemy.orm import InstrumentedAttribute

from idp import clock
from idp.authentication import session
from idp.authentication.identifier import canonical
from idp.extensions import db
from idp.models import EmailAddress, Passkey, RecoveryCode, Session, TotpCredential, User
from idp.models.user import name_key

_HIGHEST = "\U0010ffff"


@dataclass(frozen=True, slots=True)
class Entry:
    """A person, and how they stand."""

    id: str
    name: str
    email: str | None
    role: str | None
    created_at: datetime
    disabled_at: datetime | None
    apps: int
    """Authenticator apps."""
    passkeys: int
    recovery_codes: int
    sessions: int
    last_sign_in: datetime | None
    """As long as the session's row is kept."""


@dataclass(frozen=True, slots=True)
class Found:
    """`after`: what the next page begins with; None at the end."""

    entries: list[Entry]
    after: str | None


def search(typed: str, *, size: int, after: str | None = None) -> Found:
    """`typed`: how an address or a name begins; nothing: everybody, the newest first."""
    ids, following = _everybody(size, after) if not typed.strip() else _found(typed, size, after)
    known = {entry.id: entry for entry in _entries(ids)}
    return Found([known[one] for one in ids if one in known], following)


def find(user_id: str) -> Entry | None:
    """One person."""
    return next(iter(_entries([user_id])), None)


def _everybody(size: int, after: str | None) -> tuple[list[str], str | None]:
    query = select(User.id).order_by(User.id.desc()).limit(size + 1)
    if after:
        query = query.where(User.id < after)
    ids = list(db.session.scalars(query))
    return ids[:size], ids[size - 1] if len(ids) > size else None


@dataclass(frozen=True, slots=True)
class _Order:
    """An index that is walked: rows of a kind, by a text and then by their id."""

    kind: str
    text: InstrumentedAttribute[str]
    row_id: InstrumentedAttribute[str]
    user_id: InstrumentedAttribute[str]

    def beginning(
        self, text: str, *conditions: ColumnElement[bool], last: str, most: int
    ) -> list[tuple[str, str]]:
        """Cursors and users whose text begins so, after the row that was `last`."""
        query = select(self.row_id, self.user_id).where(
            self.text >= text, self.text < text + _HIGHEST, *conditions
        )
        reached = db.session.scalar(select(self.text).where(self.row_id == last)) if last else None
        if reached is not None:
            query = query.where(tuple_(self.text, self.row_id) > tuple_(reached, last))
        rows = db.session.execute(query.order_by(self.text, self.row_id).limit(most))
        return [(f"{self.kind}.{row_id}", user_id) for row_id, user_id in rows]


_BY_ADDRESS = _Order("address", EmailAddress.canonical, EmailAddress.id, EmailAddress.user_id)
_BY_NAME = _Order("name", User.name_key, User.id, User.id)


def _found(typed: str, size: int, after: str | None) -> tuple[list[str], str | None]:
    """First those whose address begins so, then those whose name does and whose address does not.
    The cursor names the row that was last, never what is in it.
    """
    address, name = canonical(typed.strip()), name_key(typed)
    kind, _, last = (after or "").partition(".")
    hits: list[tuple[str, str]] = []
    if kind != _BY_NAME.kind:
        hits = _BY_ADDRESS.beginning(address, last=last, most=size + 1)
    if len(hits) <= size:
        start = last if kind == _BY_NAME.kind else ""
        most = size + 1 - len(hits)
        hits += _BY_NAME.beginning(name, ~_has_address(address), last=start, most=most)
    shown = hits[:size]
    following = shown[-1][0] if len(hits) > size else None
    return list(dict.fromkeys(user_id for _, user_id in shown)), following


def _has_address(beginning: str) -> ColumnElement[bool]:
    return exists().where(
        EmailAddress.user_id == User.id,
        EmailAddress.canonical >= beginning,
        EmailAddress.canonical < beginning + _HIGHEST,
    )


def _entries(ids: Collection[str]) -> list[Entry]:
    if not ids:
        return []
    apps = _counted(TotpCredential.user_id, ids, TotpCredential.confirmed_at.is_not(None))
    passkeys = _counted(Passkey.user_id, ids)
    codes = _counted(RecoveryCode.user_id, ids, RecoveryCode.consumed_at.is_(None))
    live = _counted(Session.user_id, ids, session.is_live(), **session.limits(clock.now()))
    began = select(Session.user_id, func.max(Session.started_at)).where(Session.user_id.in_(ids))
    last = {row[0]: row[1] for row in db.session.execute(began.group_by(Session.user_id))}
    return [
        Entry(
            user.id,
            user.name,
            user.email.address if user.email else None,
            user.role,
            user.created_at,
            user.disabled_at,
            apps.get(user.id, 0),
            passkeys.get(user.id, 0),
            codes.get(user.id, 0),
            live.get(user.id, 0),
            last.get(user.id),
        )
        for user in db.session.scalars(select(User).where(User.id.in_(ids)))
    ]


def _counted(
    user_id: Any,  # noqa: ANN401  a column
    ids: Collection[str],
    *conditions: ColumnElement[bool],
    **parameters: object,
) -> dict[str, int]:
    query = select(user_id, func.count()).where(user_id.in_(ids), *conditions).group_by(user_id)
    return {row[0]: row[1] for row in db.session.execute(query, parameters)}
