"""Creations that can be repeated under a key of their sender."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Mapped, mapped_column

from idp.models.base import Base, Digest, Identifier, Sealed, UtcDateTime


class IdempotentRequest(Base):
    """One key of one caller, what it was sent for, and what came of it."""

    __tablename__ = "idempotent_requests"

    digest: Mapped[bytes] = mapped_column(Digest, primary_key=True)
    """Of the caller and the key together."""
    request_digest: Mapped[bytes] = mapped_column(Digest)
    holder: Mapped[str] = mapped_column(Identifier)
    """Of whoever took the key: only they may keep an answer under it."""
    response: Mapped[bytes | None] = mapped_column(Sealed)
    """None while it is under way. It may hold a secret that is shown once."""
    held_until: Mapped[datetime] = mapped_column(UtcDateTime)
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
