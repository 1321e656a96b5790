"""Registration: somebody names an address, proves it by a mailed link, and makes an account.

The first step is answered alike whether or not the address has an account (R54): a job finds out
(`strangers`), and a mail goes out either way. Only the mail, which only the owner reads, tells.
"""

from __future__ import annotations

from config import Registration
from idp import audit
from idp.accounts import arrive, mailed_link, strangers
from idp.accounts.arrive import AddressTaken, LinkOver
from idp.accounts.invalid import Invalid
from idp.accounts.mailed_link import Purpose
from idp.audit import catalogue
from idp.authentication import limited, look_alike, password
from idp.authentication.identifier import address_problem, canonical, stored_form
from idp.authentication.verdict import Busy, Throttled
from idp.extensions import settings
from idp.language import gettext as _
from idp.mail import messages
from idp.models import MailedLink, User
from idp.outbox.delivery import Delivered, Message
from idp.throttle import Refused

KIND = "registration_request"


def is_open() -> bool:
    """Whether anybody may ask."""
    return settings().accounts.registration is Registration.OPEN


def ask(email: str, *, interaction_id: str) -> Invalid | Throttled | None:
    """Remember who wants an account; `interaction_id`: the sign-in to go on with, or ""."""
    email = email.strip()
    if problem := address_problem(email) or look_alike.problem(email):
        return Invalid({"email": _(problem)})
    taken = limited.attempt("registration", counted_as=limited.stranger(email), user_id=None)
    if isinstance(taken, Refused):
        return Throttled(taken.wait)
    strangers.remember(
        KIND,
        stored_form(email),
        limited.stranger(email),
        interaction_id=interaction_id,
        lifetime=settings().accounts.registration_lifetime,
    )
    return None


def answer(message: Message) -> Delivered:
    """Mail a link, or a word to whoever has an account already."""
    with strangers.answering(message) as address:
        owner = password.find_user(address)
        if owner is None:
            token = mailed_link.issue(
                Purpose.REGISTRATION,
                address=canonical(address),
                details={"address": address, "interaction": message.payload["interaction"]},
                lifetime=settings().accounts.registration_lifetime,
            )
            messages.registration(address, mailed_link.url(Purpose.REGISTRATION, token))
        else:
            messages.already_registered(owner)
        audit.record(catalogue.RegistrationAsked(user_id=owner.id if owner else None))
    return Delivered()


def complete(
    link: MailedLink, name: str, chosen: str
) -> User | Invalid | Busy | LinkOver | AddressTaken:
    """Make the account. Where registration has closed meanwhile, the link is over."""
    if not is_open():
        return LinkOver()
    made = arrive.make(link, name, chosen)
    if isinstance(made, User):
        audit.record(catalogue.UserRegistered(user_id=made.id))
    return made
