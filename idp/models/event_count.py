"""How often things happened, by the hour: what the dashboard draws without reading the log."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Integer, String
from sqlalchemy.orm import Mapped, mapped_column

from idp.models.base import Base, UtcDateTime


class EventCount(Base):
    """Events of one type in one whole hour that is over. An hour that was counted has a row of each
    type that is counted, also of what did not happen.
    """

    __tablename__ = "event_counts"

    hour: Mapped[datetime] = mapped_column(UtcDateTime, primary_key=True)
    type: Mapped[str] = mapped_column(String(40), primary_key=True)
    number: Mapped[int] = mapped_column(Integer)
