"""What happened: append-only rows."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Index, String
from sqlalchemy.orm import Mapped, mapped_column

from idp import clock, opaque
from idp.models.base import Base, Document, Identifier, Opaque, UtcDateTime


class AuditEvent(Base):
    """One thing that happened: who did it, to whom, through which client, from where, with what
    result.
    """

    __tablename__ = "audit_events"
    __table_args__ = (
        Index("ix_audit_events_user_id_id", "user_id", "id"),
        Index("ix_audit_events_client_id_id", "client_id", "id"),
    )

    id: Mapped[str] = mapped_column(Identifier, primary_key=True, default=opaque.identifier)
    happened_at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now, index=True)
    type: Mapped[str] = mapped_column(String(40), index=True)
    actor: Mapped[str] = mapped_column(String(80))
    user_id: Mapped[str | None] = mapped_column(Identifier)
    client_id: Mapped[str | None] = mapped_column(String(255))
    sid: Mapped[str | None] = mapped_column(Opaque)
    address: Mapped[str] = mapped_column(String(64), default="")
    user_agent: Mapped[str] = mapped_column(String(255), default="")
    reference: Mapped[str] = mapped_column(String(12), default="")
    details: Mapped[dict[str, Any]] = mapped_column(Document, default=dict)
