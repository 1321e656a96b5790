"""The browser's sign-on session and the proofs that stand behind it."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from idp import clock, opaque
from idp.models.base import Base, Digest, Identifier, Opaque, UtcDateTime


class Session(Base):
    """A signed-in browser, or one of the accounts that are signed in in it. The cookie's value
    changes at every strengthening; `sid` stays.
    """

    __tablename__ = "sessions"
    __table_args__ = (UniqueConstraint("token_digest", "user_id"),)

    id: Mapped[str] = mapped_column(Identifier, primary_key=True, default=opaque.identifier)
    sid: Mapped[str] = mapped_column(Opaque, unique=True, default=opaque.make)
    token_digest: Mapped[bytes] = mapped_column(Digest)
    """Of the cookie's value, which all accounts that are signed in in one browser share."""
    user_id: Mapped[str] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), index=True)
    user_agent: Mapped[str] = mapped_column(Text, default="")
    address: Mapped[str] = mapped_column(String(64), default="")
    started_at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)
    last_seen_at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)
    chosen_at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)
    """Of several accounts in one browser the one chosen last is the current one."""
    kept: Mapped[bool] = mapped_column(default=False)
    """ "Keep me signed in" was asked for."""
    resumed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    """Of a kept session: when it went on after an ordinary one would have been over."""
    second_factor_waived: Mapped[bool] = mapped_column(default=False)
    """Begun for an app that goes without the second factor that others ask the enrolled for."""
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
    """The absolute end, or an earlier one while the session rests on a recovery code."""
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class AuthenticationEvent(Base):
    """One proof of one factor. `acr`, `amr` and `auth_time` are computed from these and nothing
    else.
    """

    __tablename__ = "authentication_events"
    __table_args__ = (
        Index("ix_authentication_events_session_id_proven_at", "session_id", "proven_at"),
    )

    id: Mapped[str] = mapped_column(Identifier, primary_key=True, default=opaque.identifier)
    user_id: Mapped[str] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), index=True)
    method: Mapped[str] = mapped_column(String(20))
    credential_id: Mapped[str] = mapped_column(Identifier)
    interaction_id: Mapped[str | None] = mapped_column(Opaque, index=True)
    session_id: Mapped[str | None] = mapped_column(Identifier)
    proven_at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now, index=True)
    address: Mapped[str] = mapped_column(String(64), default="")
    revoked_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    """Set when the credential behind it is removed: it proves nothing from then on."""
