"""Browsers that a user has signed in with before: known ones, and ones the user trusts."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from idp import clock, opaque
from idp.models.base import Base, Digest, Identifier, UtcDateTime


class KnownDevice(Base):
    """A browser in which a user has completed a sign-in: tries from there have their own budget.
    It opens nothing.
    """

    __tablename__ = "known_devices"
    __table_args__ = (UniqueConstraint("token_digest", "user_id"),)

    id: Mapped[str] = mapped_column(Identifier, primary_key=True, default=opaque.identifier)
    user_id: Mapped[str] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), index=True)
    token_digest: Mapped[bytes] = mapped_column(Digest)
    """Of the device cookie, which the accounts of one browser share."""
    second_factor_proven: Mapped[bool] = mapped_column(default=False)
    """Whoever only knows the password must not become known to the second factor's limits."""
    user_agent: Mapped[str] = mapped_column(Text, default="")
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)
    last_seen_at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)


class TrustedDevice(Base):
    """A browser in which a user wants to be asked for the password alone. It is never counted as a
    factor; its cookie's value changes at every use.
    """

    __tablename__ = "trusted_devices"

    id: Mapped[str] = mapped_column(Identifier, primary_key=True, default=opaque.identifier)
    user_id: Mapped[str] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), index=True)
    token_digest: Mapped[bytes] = mapped_column(Digest)
    """Of the value in force; any other one for this row was used before."""
    user_agent: Mapped[str] = mapped_column(Text, default="")
    address: Mapped[str] = mapped_column(String(64), default="")
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)
    last_used_at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
    revoked_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
