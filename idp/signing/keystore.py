"""The signing keys: sealed in the database, imported once and kept in the process."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from sqlalchemy import select

from idp import clock, models
from idp.cache import Cache
from idp.extensions import db, keyring
from idp.sealing import Place
from idp.signing.algorithms import ALGORITHMS
from idp.signing.key import SigningKey, State

if TYPE_CHECKING:
    from idp.signing.algorithms import AsymmetricKey

CACHE_NAME = "signing_keys"
_WHOLE = "keystore"


class NoSigningKey(Exception):
    """No key of this algorithm signs now: the deployment was never given one."""


@dataclass(frozen=True, slots=True)
class Keystore:
    """All keys of one version of the table, the newest of each algorithm first."""

    by_kid: dict[str, SigningKey]
    by_alg: dict[str, tuple[SigningKey, ...]]

    def active(self, alg: str, now: datetime) -> SigningKey:
        """The one key that signs at an instant."""
        for key in self.by_alg.get(alg, ()):
            if key.state(now) is State.ACTIVE:
                return key
        raise NoSigningKey(alg)

    def published(self, now: datetime) -> list[SigningKey]:
        """All but the retired; the mandatory algorithm first, for clients that take any key."""
        order = list(ALGORITHMS)
        keys = [key for key in self.by_kid.values() if key.state(now) is not State.RETIRED]
        return sorted(keys, key=lambda key: (order.index(key.alg), key.activates_at))


_cache: Cache[Keystore] = Cache(CACHE_NAME, maximum_entries=1)


def current() -> Keystore:
    """The keys as of at most a second ago, with every change of this process."""
    entries = _cache.entries()
    found = entries.get(_WHOLE)
    if found is None:
        found = entries[_WHOLE] = _load()
    return found


def active(alg: str) -> SigningKey:
    """The key that signs now. Raises `NoSigningKey`."""
    return current().active(alg, clock.now())


def verifying(kid: str) -> SigningKey | None:
    """Any key we ever published and have not revoked."""
    return current().by_kid.get(kid)


def public_set() -> list[SigningKey]:
    """The keys that relying parties may see."""
    return current().published(clock.now())


def place(kid: str, alg: str) -> Place:
    """Where the private part of a key is sealed to."""
    return Place(table="signing_keys", column="private_sealed", row=kid, owner=alg)


def _load() -> Keystore:
    now = clock.now()
    newest_first = select(models.SigningKey).order_by(models.SigningKey.activates_at.desc())
    rows = db.session.scalars(newest_first, execution_options={"populate_existing": True})
    keys = [_imported(row, now) for row in rows]
    return Keystore({key.kid: key for key in keys}, _by_algorithm(keys))


def _by_algorithm(keys: Iterable[SigningKey]) -> dict[str, tuple[SigningKey, ...]]:
    grouped: dict[str, tuple[SigningKey, ...]] = {}
    for key in keys:
        grouped[key.alg] = (*grouped.get(key.alg, ()), key)
    return grouped


def _imported(row: models.SigningKey, now: datetime) -> SigningKey:
    return SigningKey(
        kid=row.kid,
        alg=row.alg,
        published_at=row.published_at,
        activates_at=row.activates_at,
        retires_at=row.retires_at,
        retired_at=row.retired_at,
        public_jwk=row.public_jwk,
        key=_key(row, now),
    )


def _key(row: models.SigningKey, now: datetime) -> AsymmetricKey:
    """The private key while it may sign, afterwards the public one."""
    algorithm = ALGORITHMS[row.alg]
    if row.retires_at is not None and row.retires_at <= now:
        return algorithm.load_public(row.public_jwk)
    return algorithm.load_private(keyring().unseal(row.private_sealed, place(row.kid, row.alg)))
