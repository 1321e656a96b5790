"""A first password by a one-time link: for an account that an administrator made and hands over."""

from __future__ import annotations

from datetime import timedelta

from idp import audit
from idp.accounts import mailed_link, new_password
from idp.accounts.mailed_link import Purpose
from idp.audit import catalogue
from idp.authentication import password
from idp.authentication.verdict import Busy
from idp.models import MailedLink, User

FIRST_PASSWORD_LIFETIME = timedelta(hours=1)


def issue(user: User, lifetime: timedelta = FIRST_PASSWORD_LIFETIME) -> str:
    """A new link; older ones are dead. Returns its token, which is kept nowhere."""
    token = mailed_link.issue(Purpose.SET_PASSWORD, user_id=user.id, lifetime=lifetime)
    audit.record(catalogue.PasswordLinkIssued(user_id=user.id))
    return token


def url(token: str) -> str:
    """What is handed over."""
    return mailed_link.url(Purpose.SET_PASSWORD, token)


def find(token: str) -> MailedLink | None:
    """The link, while it is good. Spends nothing."""
    return mailed_link.find(token, Purpose.SET_PASSWORD)


def consume(link: MailedLink, chosen: str) -> bool | Busy:
    """Spend the link and set the password. False: the link was spent or ended in the meantime."""
    prepared = password.prepare(chosen)
    if isinstance(prepared, Busy):
        return prepared
    if not mailed_link.spend(link):
        return False
    user = mailed_link.user_of(link)
    new_password.take_effect(user, prepared, because="password_changed")
    audit.record(catalogue.PasswordLinkUsed(user_id=user.id))
    return True
