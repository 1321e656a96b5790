"""What happened: append-only rows, and how far they are chained."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, Index, Integer, String, text
from sqlalchemy.orm import Mapped, mapped_column

from idp import clock, opaque
from idp.models.base import Base, Digest, Document, Identifier, Opaque, UtcDateTime

_SEALED, _UNSEALED = text("sequence IS NOT NULL"), text("sequence IS NULL")


def _of_sealed(*columns: str) -> Index:
    """Filled when the row is sealed, many at once: each row alone would have every one of these
    indexes write a page in the transaction that records it.
    """
    name = f"ix_audit_events_sealed_{'_'.join(columns)}"
    return Index(name, *columns, sqlite_where=_SEALED, postgresql_where=_SEALED)


class AuditEvent(Base):
    """One thing that happened: who did it, to whom, through which client, from where, with what
    result.
    """

    __tablename__ = "audit_events"
    __table_args__ = (
        Index(
            "uq_audit_events_sealed_sequence",
            "sequence",
            unique=True,
            sqlite_where=_SEALED,
            postgresql_where=_SEALED,
        ),
        _of_sealed("happened_at"),
        _of_sealed("user_id", "id"),
        _of_sealed("client_id", "id"),
        # What is rare in an app that everybody uses.
        _of_sealed("client_id", "type", "id"),
        _of_sealed("type", "id"),
        _of_sealed("actor", "id"),
        _of_sealed("address", "id"),
        _of_sealed("sid", "id"),
        _of_sealed("reference", "id"),
        # What waits for the job that seals is found without looking at what is sealed.
        Index(
            "ix_audit_events_unsealed",
            "id",
            sqlite_where=_UNSEALED,
            postgresql_where=_UNSEALED,
        ),
    )

    id: Mapped[str] = mapped_column(Identifier, primary_key=True, default=opaque.identifier)
    happened_at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)
    type: Mapped[str] = mapped_column(String(40))
    actor: Mapped[str] = mapped_column(String(80))
    user_id: Mapped[str | None] = mapped_column(Identifier)
    client_id: Mapped[str | None] = mapped_column(String(255))
    sid: Mapped[str | None] = mapped_column(Opaque)
    address: Mapped[str] = mapped_column(String(64), default="")
    user_agent: Mapped[str] = mapped_column(String(255), default="")
    reference: Mapped[str] = mapped_column(String(12), default="")
    details: Mapped[dict[str, Any]] = mapped_column(Document, default=dict)
    sequence: Mapped[int | None] = mapped_column(BigInteger)
    """The place in the chain, given by the job that seals; None: not yet sealed."""
    chain: Mapped[bytes | None] = mapped_column(Digest)
    """SHA-256 of the chain before and of this row; set together with `sequence`."""


class AuditChain(Base):
    """One row: how far the chain goes, and where what is left of it begins."""

    __tablename__ = "audit_chain"

    id: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    sequence: Mapped[int] = mapped_column(BigInteger)
    """Of the newest sealed row; 0: none yet."""
    chain: Mapped[bytes] = mapped_column(Digest)
    anchor_sequence: Mapped[int] = mapped_column(BigInteger)
    """Of the last row that retention removed; the first one kept follows it."""
    anchor_chain: Mapped[bytes] = mapped_column(Digest)
    sealed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
