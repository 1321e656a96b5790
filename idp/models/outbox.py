"""What is to be sent to somebody else, written in the same transaction as its cause."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Index, Integer, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from idp import clock, opaque
from idp.models.base import Base, Document, Identifier, Opaque, Sealed, UtcDateTime

_WAITS = text("delivered_at IS NULL AND dead_at IS NULL")


class OutboundMessage(Base):
    """A notice or a mail: waiting, until it is delivered or, after too many tries, dead."""

    __tablename__ = "outbound_messages"
    __table_args__ = (
        # Few rows wait, however many have been sent.
        Index(
            "ix_outbound_messages_waiting",
            "next_try_at",
            sqlite_where=_WAITS,
            postgresql_where=_WAITS,
        ),
    )

    id: Mapped[str] = mapped_column(Identifier, primary_key=True, default=opaque.identifier)
    kind: Mapped[str] = mapped_column(String(30))
    """Which deliverer knows what to do with it."""
    recipient: Mapped[str] = mapped_column(Text)
    """A client's id, a mail address."""
    about: Mapped[str | None] = mapped_column(Opaque, index=True)
    """What it reports, for instance a session's `sid`, so that its fate can be shown."""
    payload: Mapped[dict[str, Any]] = mapped_column(Document, default=dict)
    secret_sealed: Mapped[bytes | None] = mapped_column(Sealed)
    """What the database must not show; erased with the delivery."""
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime)
    """From then on it would be news to nobody."""
    next_try_at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)
    """While somebody tries, the end of the lease: then others may."""
    attempts: Mapped[int] = mapped_column(Integer, default=0)
    """Begun ones, so that a message that kills its process is not tried for ever."""
    delivered_at: Mapped[datetime | None] = mapped_column(UtcDateTime, index=True)
    dead_at: Mapped[datetime | None] = mapped_column(UtcDateTime, index=True)
    last_error: Mapped[str | None] = mapped_column(String(100))
