"""Another e-mail address for an account: wanted by its owner, proven by the new mailbox.

Two things have to come together: the link that went to the new address, and a browser that is
signed in to the account. Whoever merely reads a mistyped address's mail cannot take the account
over. Until then nothing changes; a newer wish replaces an older one.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError

from idp import audit, clock
from idp.accounts import create, mailed_link
from idp.accounts.arrive import AddressTaken, LinkOver
from idp.accounts.invalid import Invalid
from idp.accounts.mailed_link import Purpose
from idp.audit import catalogue
from idp.authentication import limited, look_alike, password
from idp.authentication.identifier import address_problem, canonical, stored_form
from idp.authentication.verdict import Throttled
from idp.extensions import db, rows_changed
from idp.language import gettext as _
from idp.mail import messages
from idp.models import EmailAddress, MailedLink, User
from idp.throttle import Refused


@dataclass(frozen=True, slots=True)
class Pending:
    """What its owner wants, and until when the new mailbox can confirm it."""

    address: str
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class Changed:
    """It is done."""

    old: str
    new: str


def ask(user: User, typed: str) -> Invalid | Throttled | None:
    """Mail a link to the new address and tell the old one. Nothing tells whether it is taken."""
    typed = typed.strip()
    if problem := _problem(user, typed):
        return Invalid({"email": problem})
    taken = limited.attempt("address_mail", counted_as=user.id, user_id=user.id)
    if isinstance(taken, Refused):
        return Throttled(taken.wait)
    new = stored_form(typed)
    token = mailed_link.issue(
        Purpose.CHANGE_ADDRESS,
        user_id=user.id,
        address=canonical(typed),
        details={"address": new},
    )
    owner = password.find_user(typed)
    if owner is None or owner.id == user.id:
        messages.address_change(new, mailed_link.url(Purpose.CHANGE_ADDRESS, token))
    else:
        messages.already_registered(owner)
    messages.address_change_asked(user, new)
    audit.record(catalogue.AddressChangeAsked(user_id=user.id))
    return None


def pending(user: User) -> Pending | None:
    """The wish that waits for its mailbox."""
    waiting = select(MailedLink).where(
        MailedLink.user_id == user.id,
        MailedLink.purpose == Purpose.CHANGE_ADDRESS,
        MailedLink.consumed_at.is_(None),
        MailedLink.expires_at > clock.now(),
    )
    link = db.session.scalar(waiting)
    return Pending(str(link.details["address"]), link.expires_at) if link else None


def cancel(user: User) -> bool:
    """Keep the address that there is."""
    if not mailed_link.void(Purpose.CHANGE_ADDRESS, user_id=user.id):
        return False
    audit.record(catalogue.AddressChangeCancelled(user_id=user.id))
    return True


def confirm(link: MailedLink) -> Changed | LinkOver | AddressTaken:
    """Make it the user's address. Every link that was mailed to the old one is dead (R50)."""
    user = mailed_link.user_of(link)
    new = str(link.details["address"])
    old = user.email
    if old is None or not mailed_link.spend(link):
        return LinkOver()
    if create.is_taken(new, but_of=user.id) or not _replace(old, new):
        return AddressTaken()
    mailed_link.void(user_id=user.id)
    mailed_link.void(address=canonical(new))
    messages.address_changed(user, old.address, new)
    audit.record(catalogue.AddressChanged(user_id=user.id))
    return Changed(old.address, new)


def _replace(old: EmailAddress, new: str) -> bool:
    """False: the unique address went to somebody else at this very moment."""
    replacing = update(EmailAddress).where(EmailAddress.id == old.id)
    values = {"address": new, "canonical": canonical(new), "verified_at": clock.now()}
    try:
        with db.session.begin_nested():
            return rows_changed(replacing.values(**values)) == 1
    except IntegrityError:
        return False


def _problem(user: User, typed: str) -> str | None:
    if problem := address_problem(typed) or look_alike.problem(typed):
        return _(problem)
    if user.email is not None and user.email.address == stored_form(typed):
        return _("This is your address already.")
    return None
