"""Keys that sign tokens: the private part sealed, the state computed from four instants."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Index, String, text
from sqlalchemy.orm import Mapped, mapped_column

from idp import clock
from idp.models.base import Base, Document, Opaque, Sealed, UtcDateTime


class SigningKey(Base):
    """upcoming (published) → active (signs) → retiring (verifies) → retired (verifies hints,
    unpublished).
    """

    __tablename__ = "signing_keys"
    __table_args__ = (
        # One key of an algorithm has no successor. Whoever rotates gives it one, and only
        # then may the
        # next be inserted, so two processes cannot both become the owner of the newest key.
        Index(
            "uq_signing_keys_alg_newest",
            "alg",
            unique=True,
            sqlite_where=text("retires_at IS NULL"),
            postgresql_where=text("retires_at IS NULL"),
        ),
    )

    kid: Mapped[str] = mapped_column(Opaque, primary_key=True)
    alg: Mapped[str] = mapped_column(String(10))
    public_jwk: Mapped[dict[str, Any]] = mapped_column(Document)
    private_sealed: Mapped[bytes] = mapped_column(Sealed)
    published_at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)
    activates_at: Mapped[datetime] = mapped_column(UtcDateTime)
    retires_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    """When its successor took over; from then on it only verifies."""
    retired_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    """When it leaves the published set."""
