"""People: the account, its e-mail addresses, its role."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ForeignKey, Index, LargeBinary, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column, relationship, validates

from idp import clock, opaque
from idp.models.base import Base, Document, Identifier, Opaque, UtcDateTime, bytewise


class Role(StrEnum):
    """What an administrator may do; a user without a role administers nothing."""

    OWNER = "owner"
    CLIENT_MANAGER = "client_manager"
    AUDITOR = "auditor"
    SUPPORT = "support"


NAME_KEY_LENGTH = 100


def name_key(name: str) -> str:
    """What a name is searched by: its beginning, however it is written."""
    return " ".join(name.casefold().split())[:NAME_KEY_LENGTH]


def _key_of_inserted(context: Any) -> str:  # noqa: ANN401  SQLAlchemy's, which is untyped
    return name_key(context.get_current_parameters()["name"])


_HAS_ROLE = text("role IS NOT NULL")


class User(Base):
    """An End-User. `sub` is random and never given to anybody else."""

    __tablename__ = "users"
    __table_args__ = (
        # Of many people the few who administer.
        Index("ix_users_role", "role", sqlite_where=_HAS_ROLE, postgresql_where=_HAS_ROLE),
    )

    id: Mapped[str] = mapped_column(Identifier, primary_key=True, default=opaque.identifier)
    sub: Mapped[str] = mapped_column(Opaque, unique=True, default=opaque.make)
    name: Mapped[str] = mapped_column(Text)
    name_key: Mapped[str] = mapped_column(
        bytewise(NAME_KEY_LENGTH), default=_key_of_inserted, server_default="", index=True
    )
    """Follows `name`."""
    claims: Mapped[dict[str, Any]] = mapped_column(Document, default=dict)
    """Standard claims (OIDC Core §5.1) other than `name` and `email`."""
    custom_claims: Mapped[dict[str, Any]] = mapped_column(
        Document, default=dict, server_default="{}"
    )
    """Values by the id of their `ClaimDefinition`."""
    role: Mapped[str | None] = mapped_column(String(20))
    second_factor_policy: Mapped[str | None] = mapped_column(String(10))
    """A `SecondFactorPolicy`; None: the site's."""
    second_factor_due_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    """Until when a second factor that is required may be missing; None: no time of grace."""
    locale: Mapped[str | None] = mapped_column(String(35))
    """The language chosen for pages and mails (BCP 47); None: what the browser asks for."""
    webauthn_user_handle: Mapped[bytes | None] = mapped_column(LargeBinary(64), unique=True)
    """Random, made with the first passkey; it says nothing about the person (WebAuthn §14.6.1)."""
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)
    updated_at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)
    disabled_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    email_addresses: Mapped[list[EmailAddress]] = relationship(
        back_populates="user", cascade="all, delete-orphan", passive_deletes=True, lazy="selectin"
    )

    @validates("name")
    def _key_follows(self, _column: str, name: str) -> str:
        self.name_key = name_key(name)
        return name

    @property
    def email(self) -> EmailAddress | None:
        """The address that is shown, mailed and released as `email`."""
        return next((address for address in self.email_addresses if address.is_primary), None)


class EmailAddress(Base):
    """An address of a user; its canonical form is unique and is what one signs in with."""

    __tablename__ = "email_addresses"

    id: Mapped[str] = mapped_column(Identifier, primary_key=True, default=opaque.identifier)
    user_id: Mapped[str] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), index=True)
    address: Mapped[str] = mapped_column(String(320))
    canonical: Mapped[str] = mapped_column(bytewise(320), unique=True)
    is_primary: Mapped[bool] = mapped_column(default=True)
    verified_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    user: Mapped[User] = relationship(back_populates="email_addresses")
