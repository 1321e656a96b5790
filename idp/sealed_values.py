"""What is kept under the master keys: which of them it names, whether they are there, and how it
comes under the newest.

Passwords and recovery codes are hashed with a key and cannot be moved: a password moves when its
owner signs in, a recovery code when it is used up. What lives for less than a day (a page that is
open, an import, an answer kept for a repetition) is left to end by itself.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, LargeBinary, func, literal, select, update
from sqlalchemy.orm import InstrumentedAttribute

from idp.extensions import db, keyring, rows_changed, transaction
from idp.models import (
    OutboundMessage,
    Password,
    RecoveryCode,
    RecoveryCodeSet,
    SigningKey,
    TotpCredential,
)
from idp.sealing import ID_SIZE, Place, SealBroken

BATCH = 100
"""Rows of one transaction."""


@dataclass(frozen=True, slots=True)
class SealedColumn:
    """Where sealed values stand, and the columns of what each is sealed to."""

    sealed: InstrumentedAttribute[Any]
    row: InstrumentedAttribute[str]
    owner: InstrumentedAttribute[Any] | None = None

    @property
    def name(self) -> str:
        """`totp_credentials.secret_sealed`."""
        return f"{self.sealed.class_.__tablename__}.{self.sealed.key}"

    @property
    def key_id(self) -> ColumnElement[bytes]:
        """The master key that a value names, at its head."""
        return func.substr(self.sealed, 1, ID_SIZE, type_=LargeBinary)


@dataclass(frozen=True, slots=True)
class Value:
    """One of them."""

    column: SealedColumn
    row: str
    sealed: bytes
    owner: str

    @property
    def place(self) -> Place:
        """As whoever sealed it said."""
        sealed = self.column.sealed
        return Place(sealed.class_.__tablename__, sealed.key, self.row, self.owner)

    def opened(self) -> bytes | None:
        """None when no key of the ring opens it."""
        try:
            return keyring().unseal(self.sealed, self.place)
        except SealBroken:
            return None


COLUMNS = (
    SealedColumn(TotpCredential.secret_sealed, TotpCredential.id, TotpCredential.user_id),
    SealedColumn(RecoveryCodeSet.codes_sealed, RecoveryCodeSet.id, RecoveryCodeSet.user_id),
    SealedColumn(SigningKey.private_sealed, SigningKey.kid, SigningKey.alg),
    SealedColumn(OutboundMessage.secret_sealed, OutboundMessage.id),
)
DIGESTS = (Password.pepper_key_id, RecoveryCode.digest_key_id)


@dataclass(slots=True)
class Moved:
    """What came of moving. `broken` values open under no key; they are left as they are."""

    count: int = 0
    broken: int = 0


def named() -> dict[str, Counter[str]]:
    """By the id of the master key: how many values of each kind need it."""
    found: dict[str, Counter[str]] = {}
    for name, rows in _counted():
        for key_id, count in rows:
            text = key_id.decode("ascii", "replace") if isinstance(key_id, bytes) else key_id
            found.setdefault(text, Counter())[name] += count
    return found


def missing() -> list[str]:
    """Ids of keys that something names and the ring lacks."""
    return sorted(named().keys() - keyring().keys.keys())


def wrong() -> list[str]:
    """Ids of keys of the ring under which what names them does not open: other keys of that name,
    or altered values.
    """
    ids = {key_id for column in COLUMNS for key_id, _count in _heads(column)}
    known = {key_id.decode("ascii", "replace") for key_id in ids} & keyring().keys.keys()
    return sorted(key_id for key_id in known if not _opens_something(key_id))


def move_to_active() -> Moved:
    """Seal everything anew under the active key, a few rows at a time while others work with them.
    Who replaces a value meanwhile has the last word.
    """
    moved, active = Moved(), keyring().active_id.encode()
    for column in COLUMNS:
        after = ""
        while batch := _values(column, column.key_id != active, column.row > after):
            with transaction():
                for value in batch:
                    _move(value, moved)
            after = batch[-1].row
    return moved


def _counted() -> Iterator[tuple[str, list[tuple[Any, int]]]]:
    for column in COLUMNS:
        yield column.name, _heads(column)
    for digest in DIGESTS:
        grouped = select(digest, func.count()).where(digest != "").group_by(digest)
        name = f"{digest.class_.__tablename__}.{digest.key}"
        yield name, [(key_id, count) for key_id, count in db.session.execute(grouped)]


def _heads(column: SealedColumn) -> list[tuple[bytes, int]]:
    # By the label: PostgreSQL takes an expression with placeholders for another one each time.
    head = column.key_id.label("key_id")
    grouped = select(head, func.count()).where(column.sealed.is_not(None)).group_by("key_id")
    return [(bytes(key_id), count) for key_id, count in db.session.execute(grouped)]


def _opens_something(key_id: str) -> bool:
    """One altered value does not make the key wrong."""
    naming = (
        value for column in COLUMNS for value in _values(column, column.key_id == key_id.encode())
    )
    return any(value.opened() is not None for value in naming)


def _values(column: SealedColumn, *conditions: ColumnElement[bool]) -> list[Value]:
    """A batch of them."""
    owner = literal("") if column.owner is None else column.owner.expression
    chosen = select(column.row, column.sealed, owner).where(column.sealed.is_not(None), *conditions)
    rows = db.session.execute(chosen.order_by(column.row).limit(BATCH))
    return [Value(column, row, sealed, owner) for row, sealed, owner in rows]


def _move(value: Value, moved: Moved) -> None:
    plain, column = value.opened(), value.column
    if plain is None:
        moved.broken += 1
        return
    anew = keyring().seal(plain, value.place)
    same = update(column.sealed.class_).where(
        column.row == value.row, column.sealed == value.sealed
    )
    moved.count += rows_changed(same.values({column.sealed.key: anew}))
