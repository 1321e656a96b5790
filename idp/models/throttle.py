"""Counters of tries, in the same database as everything else."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Integer, String
from sqlalchemy.orm import Mapped, mapped_column

from idp.models.base import Base, UtcDateTime


class Bucket(Base):
    """How often something was tried in the current window, and until when it is blocked."""

    __tablename__ = "buckets"

    key: Mapped[str] = mapped_column(String(120), primary_key=True)
    """Limit, subject kind and subject: `password.user:01J…`."""
    count: Mapped[int] = mapped_column(Integer, default=0)
    window_started_at: Mapped[datetime] = mapped_column(UtcDateTime)
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
    """When the row may be purged."""
