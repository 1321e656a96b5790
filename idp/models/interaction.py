"""A request that waits for its user, and the links that are good once."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ForeignKey, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from idp import clock, opaque
from idp.models.base import Base, Digest, Document, Identifier, Opaque, UtcDateTime


class Kind(StrEnum):
    """What an interaction leads to."""

    AUTHORIZE = "authorize"
    SIGN_IN = "sign_in"
    STEP_UP = "step_up"
    DEVICE = "device"


class Interaction(Base):
    """An authorization request, a sign-in, a step-up or a device's request that waits for its
    user, bound to one browser.
    """

    __tablename__ = "interactions"

    id: Mapped[str] = mapped_column(Opaque, primary_key=True, default=opaque.make)
    kind: Mapped[str] = mapped_column(String(10))
    browser_digest: Mapped[bytes | None] = mapped_column(Digest, index=True)
    """None until the first GET, when a cross-site form post brought the request without cookies."""
    client_id: Mapped[str | None] = mapped_column(String(255))
    parameters: Mapped[dict[str, Any]] = mapped_column(Document, default=dict)
    """The judged authorization request, or which device asks; later posts carry no protocol
    parameters.
    """
    requirement: Mapped[dict[str, Any]] = mapped_column(Document, default=dict)
    return_to: Mapped[str | None] = mapped_column(Text)
    purpose: Mapped[str | None] = mapped_column(String(40))
    """Of a step-up: the key of the sentence that says what it is for."""
    user_id: Mapped[str | None] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"))
    session_id: Mapped[str | None] = mapped_column(Identifier)
    session_set_aside: Mapped[bool] = mapped_column(default=False)
    """The user asked for another account: the browser's session does not count here."""
    keep_signed_in: Mapped[bool] = mapped_column(default=False)
    """Ticked on the sign-in page, for the session that is about to begin."""
    opened_at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
    account_chosen_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    enrolling_since: Mapped[datetime | None] = mapped_column(UtcDateTime)
    enrolment_declined_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    device_trusted_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    """The browser is one that the user trusts: an enrolled second factor is not asked for by
    itself.
    """
    consented_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    finished_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class MailedLink(Base):
    """A single-use link: set or reset a password, verify or change an address, join."""

    __tablename__ = "mailed_links"

    digest: Mapped[bytes] = mapped_column(Digest, primary_key=True)
    purpose: Mapped[str] = mapped_column(String(20))
    user_id: Mapped[str | None] = mapped_column(
        ForeignKey("users.id", ondelete="CASCADE"), index=True
    )
    """None while there is no account: a registration, an invitation."""
    address: Mapped[str | None] = mapped_column(String(320), index=True)
    """The canonical address that it proves, where it is about one."""
    details: Mapped[dict[str, Any]] = mapped_column(Document, default=dict)
    """What the account to be made is given: name, who invited."""
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
    consumed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
