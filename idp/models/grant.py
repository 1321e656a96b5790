"""What a user has allowed a client, and everything issued on the strength of it."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Integer, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from idp import clock, opaque
from idp.models.base import Base, Digest, Document, Identifier, Opaque, UtcDateTime


class Grant(Base):
    """A user's remembered consent for a client: scopes and claims, one row per pair."""

    __tablename__ = "grants"
    __table_args__ = (UniqueConstraint("user_id", "client_id"),)

    id: Mapped[str] = mapped_column(Identifier, primary_key=True, default=opaque.identifier)
    user_id: Mapped[str] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"))
    client_id: Mapped[str] = mapped_column(
        ForeignKey("clients.client_id", ondelete="CASCADE"), index=True
    )
    scope: Mapped[str] = mapped_column(Text)
    claims: Mapped[list[str]] = mapped_column(Document, default=list)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)
    updated_at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)
    revoked_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class PushedRequest(Base):
    """An authorization request that its client has brought itself (RFC 9126), under a name that the
    browser carries.
    """

    __tablename__ = "pushed_requests"

    digest: Mapped[bytes] = mapped_column(Digest, primary_key=True)
    """Of the `request_uri`."""
    client_id: Mapped[str] = mapped_column(String(255))
    parameters: Mapped[list[list[str]]] = mapped_column(Document)
    """As they were judged, in pairs."""
    is_signed: Mapped[bool] = mapped_column(default=False)
    """They came in a request object."""
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
    consumed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    """When an answer was given."""


class AuthorizationCode(Base):
    """A code, good once (RFC 6749 §4.1.2). The spent row stays, so that a second
    use is recognised.
    """

    __tablename__ = "authorization_codes"

    digest: Mapped[bytes] = mapped_column(Digest, primary_key=True)
    client_id: Mapped[str] = mapped_column(String(255))
    user_id: Mapped[str] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), index=True)
    session_id: Mapped[str | None] = mapped_column(Identifier, index=True)
    redirect_uri: Mapped[str] = mapped_column(Text)
    code_challenge: Mapped[str | None] = mapped_column(String(43))
    dpop_jkt: Mapped[str | None] = mapped_column(String(43))
    """The key that whoever redeems it has to prove (RFC 9449 §10)."""
    nonce: Mapped[str | None] = mapped_column(Text)
    scope: Mapped[str] = mapped_column(Text)
    approval: Mapped[dict[str, Any]] = mapped_column(Document)
    """acr, amr, auth_time, sid, the ids of the counted events, claims and resources asked for."""
    issued_at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
    consumed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    revoked_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class TokenFamily(Base):
    """Everything issued from one completed authorization. Its end is the end of all of it."""

    __tablename__ = "token_families"

    id: Mapped[str] = mapped_column(Identifier, primary_key=True, default=opaque.identifier)
    code_digest: Mapped[bytes | None] = mapped_column(Digest, unique=True)
    client_id: Mapped[str] = mapped_column(String(255), index=True)
    user_id: Mapped[str] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), index=True)
    session_id: Mapped[str | None] = mapped_column(Identifier, index=True)
    scope: Mapped[str] = mapped_column(Text)
    approval: Mapped[dict[str, Any]] = mapped_column(Document)
    offline: Mapped[bool] = mapped_column(default=False)
    """Outlives the session (`offline_access`); else refresh ends with it."""
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
    revoked_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    revoked_because: Mapped[str | None] = mapped_column(String(30))


class RefreshToken(Base):
    """One refresh token of a family; `generation` counts rotations and is never a time."""

    __tablename__ = "refresh_tokens"

    digest: Mapped[bytes] = mapped_column(Digest, primary_key=True)
    family_id: Mapped[str] = mapped_column(
        ForeignKey("token_families.id", ondelete="CASCADE"), index=True
    )
    generation: Mapped[int] = mapped_column(Integer, default=0)
    predecessor: Mapped[bytes | None] = mapped_column(Digest, index=True)
    issued_at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
    """The idle end; every use of a token that does not rotate moves it."""
    consumed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    dpop_jkt: Mapped[str | None] = mapped_column(String(43))
    """The key that it is bound to, if it is a public client's (RFC 9449 §5)."""


class DeviceAuthorization(Base):
    """A device that waits for its user elsewhere (RFC 8628), until it is allowed or denied."""

    __tablename__ = "device_authorizations"

    digest: Mapped[bytes] = mapped_column(Digest, primary_key=True)
    """Of the device code."""
    user_code_digest: Mapped[bytes] = mapped_column(Digest, unique=True)
    client_id: Mapped[str] = mapped_column(String(255))
    scope: Mapped[str] = mapped_column(Text)
    resource: Mapped[list[str]] = mapped_column(Document, default=list)
    address: Mapped[str] = mapped_column(String(64), default="")
    """Where the device asked from, shown to the user."""
    user_id: Mapped[str | None] = mapped_column(
        ForeignKey("users.id", ondelete="CASCADE"), index=True
    )
    session_id: Mapped[str | None] = mapped_column(Identifier)
    approval: Mapped[dict[str, Any] | None] = mapped_column(Document)
    interval: Mapped[int] = mapped_column(Integer, default=5)
    """Seconds between polls; grows by `slow_down`."""
    polled_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
    allowed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    denied_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    consumed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class DeniedToken(Base):
    """A JWT access token that was revoked before its `exp`, when no family ends with it."""

    __tablename__ = "denied_tokens"

    jti: Mapped[str] = mapped_column(Opaque, primary_key=True)
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
