"""Links that are good once: 256 bits, only their digest kept, spent by one conditional UPDATE.

What a link is about (an address, a user, what the account to be made is given) is told by its row
alone, never by the request that brings it (A16). Looking at one spends nothing, since mail scanners
open links (R52). A newer link of the same purpose ends the older one (R50).
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, update

from idp import clock, opaque
from idp.authentication import account_turn
from idp.extensions import db, rows_changed, settings
from idp.models import MailedLink, User

LIFETIME = timedelta(minutes=30)
"""Unless its purpose needs longer (R50)."""


class Purpose(StrEnum):
    """What a link does. Each has a door of its own, and opens no other."""

    SET_PASSWORD = "set_password"  # noqa: S105  the name of a purpose
    RESET_PASSWORD = "reset_password"  # noqa: S105
    REGISTRATION = "registration"
    INVITATION = "invitation"
    VERIFY_ADDRESS = "verify_address"
    CHANGE_ADDRESS = "change_address"
    ENROLMENT = "enrolment"
    TICKET = "enrolment_ticket"
    """Granted in place of a spent link; nobody is given its token."""
    REPLACE_FACTORS = "replace_factors"
    CANCEL_RESET = "cancel_reset"


PATHS = {
    Purpose.SET_PASSWORD: "/set-password/",
    Purpose.RESET_PASSWORD: "/reset/",
    Purpose.REGISTRATION: "/create-account/link/",
    Purpose.INVITATION: "/invitation/",
    Purpose.VERIFY_ADDRESS: "/verify-email/",
    Purpose.CHANGE_ADDRESS: "/change-email/",
    Purpose.ENROLMENT: "/enrolment/",
    Purpose.REPLACE_FACTORS: "/replace-factors/",
    Purpose.CANCEL_RESET: "/cancel-reset/",
}


def issue(
    purpose: Purpose,
    *,
    user_id: str | None = None,
    address: str | None = None,
    details: Mapping[str, Any] | None = None,
    lifetime: timedelta = LIFETIME,
) -> str:
    """A new link, and the end of older ones like it. Returns its token, which is kept nowhere.

    `address` is canonical; `details` is what the row remembers for whoever opens the link.
    """
    if user_id is None and address is None:
        raise ValueError("a link is about a user or an address")
    if user_id is not None:
        void(purpose, user_id=user_id)
    else:
        void(purpose, address=address)
    token, now = opaque.make(), clock.now()
    db.session.add(
        MailedLink(
            digest=opaque.digest(token),
            purpose=purpose,
            user_id=user_id,
            address=address,
            details=dict(details or {}),
            created_at=now,
            expires_at=now + lifetime,
        )
    )
    db.session.flush()
    return token


def url(purpose: Purpose, token: str) -> str:
    """Built from the configured issuer and nothing else (R51)."""
    return settings().issuer + PATHS[purpose] + token


def find(token: str, purpose: Purpose) -> MailedLink | None:
    """The link, while it is good. Spends nothing."""
    link = db.session.get(MailedLink, opaque.digest(token))
    if link is None or link.purpose != purpose or link.consumed_at is not None:
        return None
    is_over = link.expires_at <= clock.now() or _is_of_disabled(link)
    return None if is_over else link


def user_of(link: MailedLink) -> User:
    """Whom it is about: only ever told by the link's own row."""
    return db.session.get_one(User, link.user_id)


def spend(link: MailedLink) -> bool:
    """Use it, in the transaction of what it is used for. Of many at once, one gets True."""
    now = clock.now()
    if link.user_id is not None:
        account_turn.take(link.user_id)
    spending = update(MailedLink).where(
        MailedLink.digest == link.digest,
        MailedLink.purpose == link.purpose,
        MailedLink.consumed_at.is_(None),
        MailedLink.expires_at > now,
    )
    return rows_changed(spending.values(consumed_at=now)) == 1


def void(*purposes: Purpose, user_id: str | None = None, address: str | None = None) -> int:
    """End links about a user or an address, of these purposes or of all; tells how many."""
    about: list[ColumnElement[bool]] = [MailedLink.consumed_at.is_(None)]
    if user_id is not None:
        about.append(MailedLink.user_id == user_id)
    elif address is not None:
        about.append(MailedLink.address == address)
    else:
        raise ValueError("links are ended about a user or an address")
    if purposes:
        about.append(MailedLink.purpose.in_(purposes))
    return rows_changed(update(MailedLink).where(*about).values(consumed_at=clock.now()))


def _is_of_disabled(link: MailedLink) -> bool:
    return link.user_id is not None and user_of(link).disabled_at is not None
