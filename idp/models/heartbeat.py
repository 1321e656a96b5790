"""When the provider was last known to be alive, so that a clock set back is noticed."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from idp.models.base import Base, UtcDateTime


class Heartbeat(Base):
    """An instant that never goes back. All nodes share the row."""

    __tablename__ = "heartbeats"

    name: Mapped[str] = mapped_column(String(20), primary_key=True)
    beat_at: Mapped[datetime] = mapped_column(UtcDateTime)
