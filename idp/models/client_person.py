"""Who looks after an app without administering the provider."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from idp import clock, opaque
from idp.models.base import Base, Identifier, UtcDateTime


class Standing(StrEnum):
    """What somebody is to an app."""

    OWNER = "owner"
    CONTACT = "contact"


class ClientPerson(Base):
    """One person and one app."""

    __tablename__ = "client_people"
    __table_args__ = (UniqueConstraint("client_id", "user_id"),)

    id: Mapped[str] = mapped_column(Identifier, primary_key=True, default=opaque.identifier)
    client_id: Mapped[str] = mapped_column(
        ForeignKey("clients.client_id", ondelete="CASCADE"), index=True
    )
    user_id: Mapped[str | None] = mapped_column(
        ForeignKey("users.id", ondelete="SET NULL"), index=True
    )
    """None: the account was closed. The row tells that the app had somebody, until it has again."""
    standing: Mapped[str] = mapped_column(String(10))
    added_by: Mapped[str] = mapped_column(String(300))
    """As in the audit log."""
    added_at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)
