"""Client secrets: 256 bits, shown once, kept as digests; two may be valid during a change (R70)."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import delete, or_, select, update

from idp import cache, clock, opaque
from idp.clients import registry
from idp.extensions import db, insert, rows_changed
from idp.models import Client, ClientSecret


def add_generated(client_id: str) -> str:
    """Give a client a secret, and return it: it cannot be read again."""
    secret = opaque.make()
    _add(client_id, secret)
    return secret


def set_given(client_id: str, secret: str) -> None:
    """Make this the only secret. It was chosen elsewhere, and so was its strength."""
    digests = select(ClientSecret.digest).where(ClientSecret.client_id == _row_id(client_id))
    if db.session.scalars(digests).all() != [opaque.digest(secret)]:
        remove_all(client_id)
        _add(client_id, secret)


def rotate(client_id: str, overlap: timedelta) -> str:
    """A new secret. The newest of the old ones is good for the overlap, all others end now."""
    now = clock.now()
    # The client's row is locked first, so that two rotations cannot leave three secrets.
    rows_changed(update(Client).where(Client.client_id == client_id).values(updated_at=now))
    row_id = _row_id(client_id)
    newest = (
        select(ClientSecret.id)
        .where(ClientSecret.client_id == row_id)
        # The one that was never succeeded has no end, whatever the clocks said.
        .order_by(ClientSecret.expires_at.is_not(None), ClientSecret.expires_at.desc())
        .limit(1)
    )
    kept = db.session.scalar(newest)
    rows_changed(
        delete(ClientSecret).where(ClientSecret.client_id == row_id, ClientSecret.id != kept)
    )
    ends_later = or_(ClientSecret.expires_at.is_(None), ClientSecret.expires_at > now + overlap)
    rows_changed(
        update(ClientSecret)
        .where(ClientSecret.id == kept, ends_later)
        .values(expires_at=now + overlap)
    )
    return add_generated(client_id)


def revoke_old(client_id: str) -> int:
    """End every secret but the newest one now. Returns how many were still good."""
    now, row_id = clock.now(), _row_id(client_id)
    old = (ClientSecret.client_id == row_id, ClientSecret.expires_at > now)
    newest = select(ClientSecret.id).where(
        ClientSecret.client_id == row_id, ClientSecret.expires_at.is_(None)
    )
    if db.session.scalar(newest.limit(1)) is None:
        return 0  # nothing would be left that the app could use
    ended = rows_changed(update(ClientSecret).where(*old).values(expires_at=now))
    cache.changed(registry.CACHE_NAME)
    return ended


def has_any(client_id: str) -> bool:
    """Whether the client was ever given one that is still kept."""
    some = select(ClientSecret.id).where(ClientSecret.client_id == _row_id(client_id)).limit(1)
    return db.session.scalar(some) is not None


def remove_all(client_id: str) -> None:
    """For a client that uses none any more."""
    rows_changed(delete(ClientSecret).where(ClientSecret.client_id == _row_id(client_id)))
    cache.changed(registry.CACHE_NAME)


def _add(client_id: str, secret: str) -> None:
    values = {"client_id": _row_id(client_id), "digest": opaque.digest(secret)}
    rows_changed(insert(ClientSecret).values(**values))
    cache.changed(registry.CACHE_NAME)


def _row_id(client_id: str) -> str:
    return db.session.scalars(select(Client.id).where(Client.client_id == client_id)).one()
