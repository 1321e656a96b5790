"""What became of a client's requests, for the people who build it."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Index, String
from sqlalchemy.orm import Mapped, mapped_column

from idp import clock, opaque
from idp.models.base import Base, Document, Identifier, UtcDateTime


class RequestTrace(Base):
    """One protocol request, redacted: what came, what was judged, what was answered."""

    __tablename__ = "request_traces"
    __table_args__ = (Index("ix_request_traces_client_id_id", "client_id", "id"),)

    id: Mapped[str] = mapped_column(Identifier, primary_key=True, default=opaque.identifier)
    reference: Mapped[str] = mapped_column(String(12), index=True)
    """Of the request, as the error page and the log show it."""
    happened_at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now, index=True)
    client_id: Mapped[str | None] = mapped_column(String(255))
    endpoint: Mapped[str] = mapped_column(String(30))
    outcome: Mapped[str] = mapped_column(String(60))
    """`ok`, or the error code on the wire."""
    details: Mapped[dict[str, Any]] = mapped_column(Document, default=dict)
    """As `idp.traces.trace` writes and reads it."""
