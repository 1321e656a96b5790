"""The part of a message that the database must not show, sealed to its row."""

from __future__ import annotations

from idp.extensions import keyring
from idp.models import OutboundMessage
from idp.sealing import Place


def seal(secret: bytes, message_id: str) -> bytes:
    return keyring().seal(secret, _place(message_id))


def unseal(sealed: bytes, message_id: str) -> bytes:
    """Raises `SealBroken`."""
    return keyring().unseal(sealed, _place(message_id))


def _place(message_id: str) -> Place:
    return Place(OutboundMessage.__tablename__, "secret_sealed", message_id)
