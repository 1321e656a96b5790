"""The life of signing keys: the first ones, their successors, and their end (R80).

Keys of one algorithm follow each other without gap or overlap: a key is given its end by the same
transaction that inserts its successor, beginning then. The row count of that UPDATE is the verdict
when two processes rotate at once.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, delete, select, update

from idp import cache, clock
from idp.extensions import db, insert, keyring, rows_changed, settings
from idp.models import SigningKey
from idp.signing import keystore
from idp.signing.algorithms import ALGORITHMS, OFFERED


class NotRotated(Exception):
    """The message says why: a successor is already waiting, somebody else rotated, no such key."""


def ensure_keys() -> list[str]:
    """Give each offered algorithm its first key, unless it has one. Returns the new `kid`s."""
    newest = select(SigningKey.alg).where(SigningKey.retires_at.is_(None))
    present = set(db.session.scalars(newest))
    now = clock.now()
    made = [_generate(alg, activates_at=now) for alg in OFFERED if alg not in present]
    return [row["kid"] for row in made if _insert(row)]


def rotate(alg: str) -> str:
    """Publish a successor that signs after the publication lead. Returns its `kid`."""
    now = clock.now()
    old = _newest(alg)
    if old.activates_at > now:
        raise NotRotated(f"{alg}: the successor {old.kid} is already published")
    return _succeed(old, now + settings().signing_keys.publication_lead)


def rotate_at_once(alg: str) -> str:
    """For emergencies: a new key signs from now on. One that was waiting never signed and goes."""
    now = clock.now()
    newest = _newest(alg)
    old = newest if newest.activates_at <= now else _predecessor(newest)
    return _succeed(old, now)


def revoke(kid: str) -> None:
    """Forget a compromised key: nothing that it signed is accepted any more."""
    ended = SigningKey.retires_at <= clock.now()
    if rows_changed(delete(SigningKey).where(SigningKey.kid == kid, ended)) == 0:
        raise NotRotated("only a key that has stopped signing can be revoked: rotate it first")
    cache.changed(keystore.CACHE_NAME)


def start_over() -> list[str]:
    """New keys sign from now on, and all others are forgotten, the ones that still verified, too.
    Returns the new `kid`s.
    """
    made = [_generate(alg, activates_at=clock.now()) for alg in OFFERED]
    rows_changed(delete(SigningKey))
    return [row["kid"] for row in made if _insert(row)]


def due(now: datetime) -> list[str]:
    """Algorithms whose newest key reaches its age within the publication lead."""
    chosen = settings().signing_keys
    ripe = now - chosen.rotation_interval + chosen.publication_lead
    newest = select(SigningKey.alg).where(
        SigningKey.retires_at.is_(None), SigningKey.activates_at <= ripe
    )
    # Databases do not agree on an order of these names.
    return sorted(db.session.scalars(newest))


def erase_private_parts(now: datetime) -> int:
    """Overwrite what retired keys signed with; their public parts go on verifying hints."""
    retired = (SigningKey.retired_at <= now, SigningKey.private_sealed != b"")
    return rows_changed(update(SigningKey).where(*retired).values(private_sealed=b""))


@dataclass(frozen=True, slots=True)
class _Tenure:
    """When a key signs, as it was read."""

    kid: str
    alg: str
    activates_at: datetime
    retires_at: datetime | None


def _tenure(alg: str, condition: ColumnElement[bool]) -> _Tenure:
    columns = (SigningKey.kid, SigningKey.alg, SigningKey.activates_at, SigningKey.retires_at)
    row = db.session.execute(select(*columns).where(SigningKey.alg == alg, condition)).one_or_none()
    if row is None:
        raise NotRotated(f"{alg}: there is no key to succeed")
    return _Tenure(*row)


def _newest(alg: str) -> _Tenure:
    return _tenure(alg, SigningKey.retires_at.is_(None))


def _predecessor(waiting: _Tenure) -> _Tenure:
    return _tenure(waiting.alg, SigningKey.retires_at == waiting.activates_at)


def _succeed(old: _Tenure, takes_over_at: datetime) -> str:
    # Made before the first write: an RSA key takes long enough to keep other writers waiting.
    new = _generate(old.alg, activates_at=takes_over_at)
    waiting = delete(SigningKey).where(
        SigningKey.alg == old.alg, SigningKey.activates_at > clock.now()
    )
    ending = (
        update(SigningKey)
        .where(
            SigningKey.kid == old.kid, SigningKey.retires_at.is_not_distinct_from(old.retires_at)
        )
        .values(
            retires_at=takes_over_at,
            retired_at=takes_over_at + settings().signing_keys.retention,
        )
    )
    if rows_changed(ending) == 0:
        raise NotRotated(f"{old.alg}: somebody else has just rotated it")
    rows_changed(waiting)
    if not _insert(new):
        raise NotRotated(f"{old.alg}: somebody else has just rotated it")
    kid: str = new["kid"]
    return kid


def _generate(alg: str, *, activates_at: datetime) -> dict[str, Any]:
    key = ALGORITHMS[alg].generate(settings().signing_keys.rsa_key_size)
    kid = key.thumbprint()
    private = key.as_der(private=True)
    return {
        "kid": kid,
        "alg": alg,
        "public_jwk": key.as_dict(private=False),
        "private_sealed": keyring().seal(private, keystore.place(kid, alg)),
        "published_at": clock.now(),
        "activates_at": activates_at,
    }


def _insert(row: dict[str, Any]) -> bool:
    """False when the algorithm has a newest key already: another process was first."""
    if rows_changed(insert(SigningKey).values(**row).on_conflict_do_nothing()) == 0:
        return False
    cache.changed(keystore.CACHE_NAME)
    return True
