"""The ticket with which a privileged account gets its first second factor (R13, R20).

Its password alone must not be enough to enrol one: whoever has stolen it would make the account
his. A one-time link from an administrator or a command (an invitation, the link for the first
password, an enrolment link) is spent for a ticket, which is good for the one sign-in that begins
in the browser where the link was opened, until a factor is set up there.
"""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import select

from idp import audit, clock
from idp.accounts import mailed_link
from idp.accounts.mailed_link import Purpose
from idp.audit import catalogue
from idp.authentication import enrolled
from idp.extensions import db, settings
from idp.models import MailedLink, User

LINK_LIFETIME = timedelta(hours=1)


def issue(user: User, *, reason: str) -> str:
    """A link to hand over to the owner of the account. Returns its URL, which is kept nowhere."""
    token = mailed_link.issue(Purpose.ENROLMENT, user_id=user.id, lifetime=LINK_LIFETIME)
    audit.record(catalogue.EnrolmentTicketIssued(user_id=user.id, reason=reason))
    return mailed_link.url(Purpose.ENROLMENT, token)


def grant(user: User, interaction_id: str) -> bool:
    """To be called where a one-time link was spent. Whoever has a factor needs no ticket."""
    if user.role is None or enrolled.has_second_factor(user.id):
        return False
    mailed_link.issue(
        Purpose.TICKET,
        user_id=user.id,
        details={"interaction": interaction_id},
        lifetime=settings().sessions.interaction_lifetime,
    )
    audit.record(catalogue.EnrolmentTicketGranted(user_id=user.id))
    return True


def is_missing(user_id: str, interaction_id: str | None) -> bool:
    """Whether this sign-in may not enrol: the account is privileged and has no ticket here."""
    role = db.session.scalar(select(User.role).where(User.id == user_id))
    return role is not None and not holds(user_id, interaction_id)


def holds(user_id: str, interaction_id: str | None) -> bool:
    """Whether the ticket is here. Spends nothing."""
    good = select(MailedLink.details).where(
        MailedLink.user_id == user_id,
        MailedLink.purpose == Purpose.TICKET,
        MailedLink.consumed_at.is_(None),
        MailedLink.expires_at > clock.now(),
    )
    details = db.session.scalar(good)
    return details is not None and details["interaction"] == interaction_id


def spend(user_id: str) -> None:
    """A factor is set up: there is no second one to be had by the ticket."""
    if mailed_link.void(Purpose.TICKET, user_id=user_id):
        audit.record(catalogue.EnrolmentTicketUsed(user_id=user_id))
