"""Which of the nodes runs the background jobs."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import BigInteger, String
from sqlalchemy.orm import Mapped, mapped_column

from idp.models.base import Base, UtcDateTime


class JobLease(Base):
    """Held by one process until it expires, unless that one renews it in time."""

    __tablename__ = "job_leases"

    name: Mapped[str] = mapped_column(String(20), primary_key=True)
    holder: Mapped[str] = mapped_column(String(120))
    """Host, process id and a random part: `node1:4711:k3x9`."""
    fence: Mapped[int] = mapped_column(BigInteger)
    """Grows whenever another process takes over: whoever has an older one writes nothing more."""
    taken_at: Mapped[datetime] = mapped_column(UtcDateTime)
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime)
