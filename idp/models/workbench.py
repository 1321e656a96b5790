"""What administrators do with clients: forms that were sent, and sign-ins that are tried."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from idp import clock
from idp.models.base import Base, Digest, Document, Identifier, UtcDateTime


class FormSubmission(Base):
    """A form that was sent: inserting it is the check, so a reload makes nothing twice."""

    __tablename__ = "form_submissions"

    digest: Mapped[bytes] = mapped_column(Digest, primary_key=True)
    """Of who sent it and the form's own key together."""
    client_id: Mapped[str | None] = mapped_column(String(255))
    """What it made, or gave a new secret."""
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)


class TrialSignIn(Base):
    """A sign-in that an administrator tries as a client. Neither code, verifier nor token is here:
    the verifier is derived from the state, of which only the digest is kept.
    """

    __tablename__ = "trial_sign_ins"

    state_digest: Mapped[bytes] = mapped_column(Digest, primary_key=True)
    client_id: Mapped[str] = mapped_column(
        ForeignKey("clients.client_id", ondelete="CASCADE"), index=True
    )
    user_id: Mapped[str] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), index=True)
    """Who tries it, not who signs in."""
    session_id: Mapped[str] = mapped_column(Identifier)
    """The administrator's; it may only come back to that one."""
    asked: Mapped[dict[str, Any]] = mapped_column(Document)
    """The parameters that were chosen: scope, acr_values, prompt."""
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
    finished_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    told: Mapped[dict[str, Any] | None] = mapped_column(Document)
    """What came out, as the page showed it, for a program that asks a moment later."""
