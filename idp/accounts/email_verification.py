"""Proving that an account's own address is its user's, where nobody knew when it was made."""

from __future__ import annotations

from sqlalchemy import exists, select, update

from idp import audit, clock
from idp.accounts import mailed_link
from idp.accounts.arrive import LinkOver
from idp.accounts.mailed_link import Purpose
from idp.audit import catalogue
from idp.authentication import limited
from idp.authentication.verdict import Throttled
from idp.extensions import db, rows_changed, settings
from idp.mail import messages
from idp.models import EmailAddress, MailedLink, User
from idp.throttle import Refused


def is_due(user_id: str) -> bool:
    """Whether a sign-in waits for it. Reads nothing where nobody has to."""
    if not settings().accounts.verified_address_required:
        return False
    unproven = EmailAddress.user_id == user_id, EmailAddress.verified_at.is_(None)
    return bool(db.session.scalar(select(exists().where(*unproven))))


def send(user: User) -> Throttled | None:
    """Mail a link to the stored address (R53); one that was sent before is over."""
    address = user.email
    if address is None or address.verified_at is not None:
        return None
    taken = limited.attempt("address_mail", counted_as=user.id, user_id=user.id)
    if isinstance(taken, Refused):
        return Throttled(taken.wait)
    token = mailed_link.issue(
        Purpose.VERIFY_ADDRESS,
        user_id=user.id,
        address=address.canonical,
        details={"address": address.address},
    )
    messages.verify_address(address.address, mailed_link.url(Purpose.VERIFY_ADDRESS, token))
    audit.record(catalogue.AddressLinkIssued(user_id=user.id))
    return None


def confirm(link: MailedLink) -> LinkOver | None:
    """The link proves the mailbox, whoever brings it; it is about the address it went to."""
    if not mailed_link.spend(link):
        return LinkOver()
    proving = update(EmailAddress).where(
        EmailAddress.user_id == link.user_id, EmailAddress.canonical == link.address
    )
    if rows_changed(proving.values(verified_at=clock.now())) != 1:
        return LinkOver()
    audit.record(catalogue.AddressVerified(user_id=link.user_id))
    return None
