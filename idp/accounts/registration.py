"""Registration: somebody names an address, proves it by a mailed link, and makes an account.

The answer to the first step is the same whether or not the address has an account (R54): the same
rows are written, and a mail goes out either way. Only the mail, which only the owner reads, tells.
"""

from __future__ import annotations

from config import Registration
from idp import audit
from idp.accounts import arrive, mailed_link
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
from idp.throttle import Refused


def is_open() -> bool:
    """Whether anybody may ask."""
    return settings().accounts.registration is Registration.OPEN


def ask(email: str, *, interaction_id: str) -> Invalid | Throttled | None:
    """Mail a link, or a word to whoever has an account already.

    `interaction_id`: the sign-in to go on with, or "".
    """
    email = email.strip()
    if problem := address_problem(email) or look_alike.problem(email):
        return Invalid({"email": _(problem)})
    taken = limited.attempt("registration", counted_as=limited.stranger(email), user_id=None)
    if isinstance(taken, Refused):
        return Throttled(taken.wait)
    owner = password.find_user(email)
    # Also for an address that has an account, so that both cost the same; nobody hears of that one.
    token = mailed_link.issue(
        Purpose.REGISTRATION,
        address=canonical(email),
        details={"address": stored_form(email), "interaction": interaction_id},
        lifetime=settings().accounts.registration_lifetime,
    )
    if owner is None:
        messages.registration(stored_form(email), mailed_link.url(Purpose.REGISTRATION, token))
    else:
        messages.already_registered(owner)
    audit.record(catalogue.RegistrationAsked(user_id=owner.id if owner else None))
    return None


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
