"""Counters of tries, in the same database as everything else."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Integer, String
from sqlalchemy.orm import Mapped, mapped_column

from idp.models.base import Base, UtcDateTime


class Bucket(Base):
    """How often something was tried in the current window, and until when it is closed."""

    __tablename__ = "buckets"

    key: Mapped[str] = mapped_column(String(120), primary_key=True)
    """Window and subjects: `password.user:01J…`."""
    count: Mapped[int] = mapped_column(Integer)
    capacity: Mapped[int] = mapped_column(Integer)
    """At this count it is closed until it expires."""
    window_started_at: Mapped[datetime] = mapped_column(UtcDateTime)
    opens_at: Mapped[datetime] = mapped_column(UtcDateTime)
    """Closed before this instant, whatever the count."""
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
    """When the window ends and the row may be purged."""
