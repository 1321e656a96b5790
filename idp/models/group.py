"""Groups of people, who is in them, and the claims that a deployment has added to the standard."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from idp import clock, opaque
from idp.models.base import Base, Document, Identifier, UtcDateTime, bytewise

LONGEST_NAME = 64
LONGEST_CLAIM_NAME = 128


class Group(Base):
    """People who have something in common. Its name is what apps are told, so it never changes."""

    __tablename__ = "groups"

    id: Mapped[str] = mapped_column(Identifier, primary_key=True, default=opaque.identifier)
    name: Mapped[str] = mapped_column(bytewise(LONGEST_NAME), unique=True)
    display_name: Mapped[str] = mapped_column(Text, default="")
    description: Mapped[str] = mapped_column(Text, default="")
    roles: Mapped[list[str]] = mapped_column(Document, default=list)
    """What its members are to applications. Nothing here: that is `User.role`."""
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)
    updated_at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)


class GroupMember(Base):
    """A person in a group. The key lists a group's members, the index a person's groups."""

    __tablename__ = "group_members"

    group_id: Mapped[str] = mapped_column(
        ForeignKey("groups.id", ondelete="CASCADE"), primary_key=True
    )
    user_id: Mapped[str] = mapped_column(
        ForeignKey("users.id", ondelete="CASCADE"), primary_key=True, index=True
    )
    added_at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)


class ClaimDefinition(Base):
    """A claim that is not of OpenID Connect Core §5.1: what its values are, which scope releases
    it. The values stand in `User.custom_claims` under this row's id, so that whatever a name meant
    before it was defined again is not told under it.
    """

    __tablename__ = "claim_definitions"

    id: Mapped[str] = mapped_column(Identifier, primary_key=True, default=opaque.identifier)
    name: Mapped[str] = mapped_column(bytewise(LONGEST_CLAIM_NAME), unique=True)
    type: Mapped[str] = mapped_column(String(10))
    multiple: Mapped[bool] = mapped_column(default=False)
    scope: Mapped[str] = mapped_column(String(64))
    description: Mapped[str] = mapped_column(Text, default="")
    """What the consent page says of it."""
    schema: Mapped[dict[str, Any] | None] = mapped_column(Document)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)
    updated_at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)
