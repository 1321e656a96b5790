"""Files of people that were uploaded: how far each is, its content, and what was wrong with it."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import BigInteger, ForeignKey, Integer, LargeBinary, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from idp import clock, opaque
from idp.models.base import Base, Digest, Document, Identifier, Sealed, UtcDateTime


class ImportState(StrEnum):
    """In their order."""

    CHECKING = "checking"
    """The dry run is on its way."""
    CHECKED = "checked"
    """It waits for somebody to say yes."""
    RUNNING = "running"
    DONE = "done"
    CANCELLED = "cancelled"
    """By somebody, or since nobody said yes in time."""


class UserImport(Base):
    """One file. `position`, `rows`: how far it was read; the counts belong to the present pass."""

    __tablename__ = "user_imports"

    id: Mapped[str] = mapped_column(Identifier, primary_key=True, default=opaque.identifier)
    state: Mapped[str] = mapped_column(String(10), default=ImportState.CHECKING)
    started_by: Mapped[str] = mapped_column(String(80))
    """As the audit log writes it."""
    reason: Mapped[str] = mapped_column(Text)
    file_name: Mapped[str] = mapped_column(Text)
    layout: Mapped[dict[str, Any]] = mapped_column(Document)
    """How its rows are written, and where they begin."""
    size: Mapped[int] = mapped_column(BigInteger)
    """Bytes, in UTF-8."""
    position: Mapped[int] = mapped_column(BigInteger, default=0)
    rows: Mapped[int] = mapped_column(Integer, default=0)
    created: Mapped[int] = mapped_column(Integer, default=0)
    existing: Mapped[int] = mapped_column(Integer, default=0)
    refused: Mapped[int] = mapped_column(Integer, default=0)
    expected: Mapped[dict[str, int] | None] = mapped_column(Document)
    """What the dry run counted."""
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)
    updated_at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
    """Until when it may be confirmed; afterwards, how long it is told about."""


class UserImportChunk(Base):
    """A part of a file, sealed: it may hold password hashes. Gone when the import is over."""

    __tablename__ = "user_import_chunks"

    import_id: Mapped[str] = mapped_column(
        ForeignKey("user_imports.id", ondelete="CASCADE"), primary_key=True
    )
    number: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    content_sealed: Mapped[bytes] = mapped_column(Sealed)


class UserImportKey(Base):
    """What a dry run has met: so that the second row of one address is found."""

    __tablename__ = "user_import_keys"

    import_id: Mapped[str] = mapped_column(
        ForeignKey("user_imports.id", ondelete="CASCADE"), primary_key=True
    )
    digest: Mapped[bytes] = mapped_column(LargeBinary(16), primary_key=True)
    row: Mapped[int] = mapped_column(Integer)


class UserImportProblem(Base):
    """A row that was not taken over, and why. Never what was in it, but for its address."""

    __tablename__ = "user_import_problems"

    import_id: Mapped[str] = mapped_column(
        ForeignKey("user_imports.id", ondelete="CASCADE"), primary_key=True
    )
    state: Mapped[str] = mapped_column(String(10), primary_key=True)
    """Of the pass that met it."""
    row: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    email: Mapped[str] = mapped_column(String(320))
    outcome: Mapped[str] = mapped_column(String(10))
    problems: Mapped[list[dict[str, Any]]] = mapped_column(Document)


class RetiredSubject(Base):
    """A `sub` whose account has gone: it is never given again, not by an import either."""

    __tablename__ = "retired_subjects"

    digest: Mapped[bytes] = mapped_column(Digest, primary_key=True)
    retired_at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)
