"""A forgotten password: asked for by anybody, answered by a mail to whoever has the account.

The page writes one row, the same for every address, and looks nothing up; a job finds out whose
address it is (R54). So neither the answer nor its time tells whether there is an account. The link
never signs anybody in, and does not replace a second factor (R55).
"""

from __future__ import annotations

from idp import audit
from idp.accounts import mailed_link, new_password, strangers
from idp.accounts.mailed_link import Purpose
from idp.audit import catalogue
from idp.authentication import limited, password
from idp.authentication.identifier import canonical
from idp.authentication.password_hash import StoredHash
from idp.authentication.verdict import Throttled
from idp.mail import messages
from idp.models import MailedLink, User
from idp.opaque import base64url
from idp.outbox.delivery import Delivered, Message
from idp.throttle import Refused

KIND = "password_reset_request"


def ask(typed: str, *, interaction_id: str) -> Throttled | None:
    """Remember that a link was asked for; `interaction_id`: the sign-in to go on with, or ""."""
    counted_as = limited.stranger(typed)
    taken = limited.attempt("reset_mail", counted_as=counted_as, user_id=None)
    if isinstance(taken, Refused):
        return Throttled(taken.wait)
    strangers.remember(
        KIND,
        canonical(typed),
        counted_as,
        interaction_id=interaction_id,
        lifetime=mailed_link.LIFETIME,
    )
    return None


def answer(message: Message) -> Delivered:
    """Mail a link to the stored address of the account (R53), if there is one that may sign in."""
    with strangers.answering(message) as address:
        user = password.find_user(address)
        outcome = "mailed"
        if user is None or user.disabled_at is not None:
            outcome = "disabled" if user else "unknown_address"
        else:
            mail_link(user, interaction_id=message.payload["interaction"])
        audit.record(
            catalogue.PasswordResetAsked(user_id=user.id if user else None, outcome=outcome)
        )
    return Delivered()


def mail_link(user: User, *, interaction_id: str = "") -> None:
    """`interaction_id`: the sign-in to go on with afterwards."""
    details = {"interaction": interaction_id}
    token = mailed_link.issue(Purpose.RESET_PASSWORD, user_id=user.id, details=details)
    messages.password_reset(user, mailed_link.url(Purpose.RESET_PASSWORD, token))


def guesses_counted_as(link: MailedLink) -> str:
    """The codes that are tried with one link share one budget, as those of one sign-in do (R33)."""
    return base64url(link.digest)


def complete(link: MailedLink, prepared: StoredHash) -> User | None:
    """Spend the link and set the password, after every factor. None: the link is good no more."""
    if not mailed_link.spend(link):
        return None
    user = mailed_link.user_of(link)
    new_password.take_effect(user, prepared, because="password_reset")
    audit.record(catalogue.PasswordReset(user_id=user.id))
    return user


def end_links(user_id: str) -> None:
    """Whoever has just signed in has not forgotten the password (R50)."""
    mailed_link.void(Purpose.RESET_PASSWORD, user_id=user_id)
