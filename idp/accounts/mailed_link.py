"""Links that are good once: 256 bits, only their digest kept, spent by one conditional UPDATE.

What a link is about – an address, a user, what the account to be made is given – is told by its row
alone, never by the request that brings it (A16). Looking at one spends nothing, since mail scanners
open links (R52). A newer link of the same kind ends the older one (R50).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import update

from idp import clock, opaque
from idp.extensions import db, rows_changed, settings
from idp.models import MailedLink, User


class Purpose(StrEnum):
    """What a link does. Each has a door of its own, and opens no other."""

    REGISTRATION = "registration"
    INVITATION = "invitation"
    VERIFY_ADDRESS = "verify_address"
    CHANGE_ADDRESS = "change_address"
    ENROLMENT = "enrolment"


PATHS = {
    Purpose.REGISTRATION: "/create-account/link/",
    Purpose.INVITATION: "/invitation/",
    Purpose.VERIFY_ADDRESS: "/verify-email/",
    Purpose.CHANGE_ADDRESS: "/change-email/",
    Purpose.ENROLMENT: "/enrolment/",
}


@dataclass(frozen=True, slots=True)
class NewLink:
    """`address` is canonical; `details` is what the row remembers for whoever opens it."""

    purpose: Purpose
    lifetime: timedelta
    user_id: str | None = None
    address: str | None = None
    details: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class LinkOver:
    """It was used, replaced or too old, or nobody may use it any more."""


def issue(new: NewLink) -> str:
    """A new link, and the end of older ones like it. Returns its URL, which is kept nowhere."""
    _void_older(new)
    token, now = opaque.make(), clock.now()
    db.session.add(
        MailedLink(
            digest=opaque.digest(token),
            purpose=new.purpose,
            user_id=new.user_id,
            address=new.address,
            details=dict(new.details),
            created_at=now,
            expires_at=now + new.lifetime,
        )
    )
    db.session.flush()
    # Built from the configured issuer and nothing else (R51).
    return settings().issuer + PATHS[new.purpose] + token


def find(purpose: Purpose, token: str) -> MailedLink | None:
    """The link, while it is good. Spends nothing."""
    link = db.session.get(MailedLink, opaque.digest(token))
    if link is None or link.purpose != purpose or link.consumed_at is not None:
        return None
    is_over = link.expires_at <= clock.now() or _is_of_disabled(link)
    return None if is_over else link


def spend(link: MailedLink) -> bool:
    """Use it, in the transaction of what it is used for. Of many at once, one gets True."""
    now = clock.now()
    spending = update(MailedLink).where(
        MailedLink.digest == link.digest,
        MailedLink.purpose == link.purpose,
        MailedLink.consumed_at.is_(None),
        MailedLink.expires_at > now,
    )
    return rows_changed(spending.values(consumed_at=now)) == 1


def void_for_address(canonical: str) -> int:
    """Whatever would give this address to an account ends: it belongs to one now."""
    voiding = update(MailedLink).where(
        MailedLink.address == canonical, MailedLink.consumed_at.is_(None)
    )
    return rows_changed(voiding.values(consumed_at=clock.now()))


def void_for_user(user_id: str, *purposes: Purpose) -> int:
    """Links of these kinds that were made for a user."""
    voiding = update(MailedLink).where(
        MailedLink.user_id == user_id,
        MailedLink.purpose.in_(purposes),
        MailedLink.consumed_at.is_(None),
    )
    return rows_changed(voiding.values(consumed_at=clock.now()))


def _void_older(new: NewLink) -> None:
    same = MailedLink.address == new.address
    if new.user_id is not None:
        same = MailedLink.user_id == new.user_id
    voiding = update(MailedLink).where(
        MailedLink.purpose == new.purpose, MailedLink.consumed_at.is_(None), same
    )
    rows_changed(voiding.values(consumed_at=clock.now()))


def _is_of_disabled(link: MailedLink) -> bool:
    if link.user_id is None:
        return False
    return db.session.get_one(User, link.user_id).disabled_at is not None
