"""What a user proves identity with: password, authenticator apps, recovery codes."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import (
    BigInteger,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    String,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from idp import clock, opaque
from idp.models.base import Base, Digest, Document, Identifier, Opaque, Sealed, UtcDateTime

_IMPORTED_QUICK = text("scheme = 'imported-quick'")


class Password(Base):
    """A user's password hash, the scheme and the pepper that made it."""

    __tablename__ = "passwords"
    __table_args__ = (
        # Those that wait for the job that wraps them are found without looking at the others.
        Index(
            "ix_passwords_imported_quick",
            "id",
            sqlite_where=_IMPORTED_QUICK,
            postgresql_where=_IMPORTED_QUICK,
        ),
    )

    id: Mapped[str] = mapped_column(Identifier, primary_key=True, default=opaque.identifier)
    user_id: Mapped[str] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), unique=True)
    scheme: Mapped[str] = mapped_column(String(30))
    hash: Mapped[str] = mapped_column(String(120))
    pepper_key_id: Mapped[str] = mapped_column(String(8), index=True)
    recipe: Mapped[str | None] = mapped_column(Text)
    """Of an imported one: the foreign scheme, its cost and its salt."""
    changed_at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)


class TotpCredential(Base):
    """An authenticator app. Pending until `confirmed_at`; `last_step` only grows
    (RFC 6238 §5.2).
    """

    __tablename__ = "totp_credentials"

    id: Mapped[str] = mapped_column(Identifier, primary_key=True, default=opaque.identifier)
    user_id: Mapped[str] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), index=True)
    name: Mapped[str] = mapped_column(String(64))
    secret_sealed: Mapped[bytes] = mapped_column(Sealed)
    algorithm: Mapped[str] = mapped_column(String(10), default="SHA1")
    digits: Mapped[int] = mapped_column(Integer, default=6)
    period: Mapped[int] = mapped_column(Integer, default=30)
    """Seconds of one time step."""
    last_step: Mapped[int] = mapped_column(Integer, default=0, index=True)
    bound_to: Mapped[str | None] = mapped_column(Opaque, unique=True)
    """While pending: the interaction or the session (`sid`) that was shown the secret."""
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)
    pending_until: Mapped[datetime | None] = mapped_column(UtcDateTime, index=True)
    confirmed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    last_used_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class TotpMiss(Base):
    """A wrong code that would have been right at another time: two like it suggest
    a wrong clock.
    """

    __tablename__ = "totp_misses"

    bound_to: Mapped[str] = mapped_column(Opaque, primary_key=True)
    """The interaction, or the session (`sid`), in which it was typed."""
    step: Mapped[int] = mapped_column(Integer)
    steps_off: Mapped[int] = mapped_column(Integer)
    missed_at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now, index=True)


class RecoveryCodeSet(Base):
    """Ten codes made together. Pending (sealed, shown again on reload) until confirmed as saved."""

    __tablename__ = "recovery_code_sets"

    id: Mapped[str] = mapped_column(Identifier, primary_key=True, default=opaque.identifier)
    user_id: Mapped[str] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), index=True)
    codes_sealed: Mapped[bytes | None] = mapped_column(Sealed)
    bound_to: Mapped[str | None] = mapped_column(Opaque, unique=True)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)
    pending_until: Mapped[datetime | None] = mapped_column(UtcDateTime, index=True)
    confirmed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class RecoveryCode(Base):
    """One code of a confirmed set: HMAC under the key ring, spent once."""

    __tablename__ = "recovery_codes"
    __table_args__ = (UniqueConstraint("user_id", "digest"),)

    id: Mapped[str] = mapped_column(Identifier, primary_key=True, default=opaque.identifier)
    user_id: Mapped[str] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"))
    set_id: Mapped[str] = mapped_column(
        ForeignKey("recovery_code_sets.id", ondelete="CASCADE"), index=True
    )
    digest: Mapped[bytes] = mapped_column(Digest)
    digest_key_id: Mapped[str] = mapped_column(String(8))
    consumed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class Passkey(Base):
    """A WebAuthn credential: its public key, and the counter that may only grow."""

    __tablename__ = "passkeys"

    id: Mapped[str] = mapped_column(Identifier, primary_key=True, default=opaque.identifier)
    user_id: Mapped[str] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), index=True)
    name: Mapped[str] = mapped_column(String(64))
    credential_id: Mapped[bytes] = mapped_column(LargeBinary(1023), unique=True)
    public_key: Mapped[bytes] = mapped_column(LargeBinary)
    """COSE key."""
    sign_count: Mapped[int] = mapped_column(BigInteger, default=0)
    """32 bits without a sign."""
    transports: Mapped[list[str]] = mapped_column(Document, default=list)
    aaguid: Mapped[str] = mapped_column(String(36), default="")
    backed_up: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)
    last_used_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class PasskeyChallenge(Base):
    """A challenge that a browser was given; answering it spends it, right or wrong."""

    __tablename__ = "passkey_challenges"

    bound_to: Mapped[str] = mapped_column(Opaque, primary_key=True)
    """The interaction, or the session (`sid`) that enrols; a newer challenge replaces the older."""
    challenge: Mapped[bytes] = mapped_column(LargeBinary(32))
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
    consumed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
