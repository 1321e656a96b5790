"""Passwords that other systems have hashed: as rows, and given the time of bcrypt by a job."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import literal_column, select, update

from idp import clock, opaque
from idp.authentication import imported_hash, password
from idp.authentication.foreign_hash import Foreign
from idp.authentication.password_hash import StoredHash
from idp.authentication.verdict import Busy
from idp.extensions import db, rows_changed, settings
from idp.models import Password

# A literal, since a partial index is used only for what a statement says in so many words.
_IS_QUICK = Password.scheme == literal_column(f"'{imported_hash.QUICK}'")


@dataclass(frozen=True, slots=True)
class Waiting:
    """One of a quick scheme, as it was found."""

    id: str
    stored: StoredHash


def row(user_id: str, foreign: Foreign) -> dict[str, object]:
    """Of its table. Quick, whatever the scheme is."""
    kept = imported_hash.keep(foreign, password.pepper_of(None))
    values: dict[str, object] = {"id": opaque.identifier(), "user_id": user_id}
    return values | password.columns(kept) | {"changed_at": clock.now()}


def waiting(most: int) -> Sequence[Waiting]:
    """Those of which the digest alone is kept."""
    columns = (Password.hash, Password.pepper_key_id, Password.scheme, Password.recipe)
    some = select(Password.id, *columns).where(_IS_QUICK).order_by(Password.id).limit(most)
    return [Waiting(found[0], StoredHash(*found[1:])) for found in db.session.execute(some)]


def wrapped(one: Waiting) -> StoredHash | Busy:
    """Slow on purpose."""
    cost = settings().passwords.bcrypt_cost
    return password.hashed(lambda: imported_hash.wrap(one.stored, cost), password.PATIENCE)


def replace(one: Waiting, kept: StoredHash) -> bool:
    """False: meanwhile its owner has signed in, and a hash of ours is there."""
    same = update(Password).where(Password.id == one.id, Password.hash == one.stored.hash)
    return rows_changed(same.values(password.columns(kept))) == 1
