"""Resets of second factors: who wants one for whom, and how far it has come."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from idp import clock, opaque
from idp.models.base import Base, Identifier, Opaque, UtcDateTime

_OPEN = text("ended_at IS NULL")


class FactorReset(Base):
    """Somebody lost a second factor and is to set up another one; at most one is under way for an
    account.
    """

    __tablename__ = "factor_resets"
    __table_args__ = (
        Index(
            "uq_factor_resets_open",
            "user_id",
            unique=True,
            sqlite_where=_OPEN,
            postgresql_where=_OPEN,
        ),
    )

    id: Mapped[str] = mapped_column(Identifier, primary_key=True, default=opaque.identifier)
    user_id: Mapped[str] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), index=True)
    reason: Mapped[str] = mapped_column(Text)
    started_by: Mapped[str] = mapped_column(String(300))
    """As in the audit log: an administrator, who may have gone since, a program, or a command."""
    started_at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)
    effective_at: Mapped[datetime] = mapped_column(UtcDateTime)
    """Before that only an approval lets anything happen."""
    approved_by: Mapped[str | None] = mapped_column(String(300))
    link_expires_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    """None until the link has been mailed. Afterwards the reset is over."""
    interaction_id: Mapped[str | None] = mapped_column(Opaque)
    """The sign-in for which the link was spent."""
    opens_by_password: Mapped[bool] = mapped_column(default=False)
    """Any sign-in by the password will do, without the link."""
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime, index=True)
    outcome: Mapped[str | None] = mapped_column(String(12))
