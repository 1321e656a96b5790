"""One-time links to choose a password: 256 bit, only their digest kept, good once and not for long.

Looking at a link spends nothing, since mail scanners open links; setting the password does. A newer
link, a new password and disabling the account kill it.
"""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import update

from idp import audit, clock, opaque
from idp.accounts import sign_out
from idp.audit import catalogue
from idp.authentication import password
from idp.authentication.verdict import Busy
from idp.extensions import db, rows_changed, settings
from idp.grants import revoke
from idp.models import MailedLink, User

PURPOSE = "set_password"
PATH = "/set-password/"
FIRST_PASSWORD_LIFETIME = timedelta(hours=1)
"""For an account that an administrator made and hands over."""


def issue(user: User, lifetime: timedelta = FIRST_PASSWORD_LIFETIME) -> str:
    """A new link; older ones of this user are dead. Returns its token, which is kept nowhere."""
    void_all(user)
    token, now = opaque.make(), clock.now()
    db.session.add(
        MailedLink(
            digest=opaque.digest(token),
            purpose=PURPOSE,
            user_id=user.id,
            created_at=now,
            expires_at=now + lifetime,
        )
    )
    db.session.flush()
    audit.record(catalogue.PasswordLinkIssued(user_id=user.id))
    return token


def url(token: str) -> str:
    """Built from the configured issuer and nothing else (R51)."""
    return settings().issuer + PATH + token


def find(token: str) -> MailedLink | None:
    """The link, while it is good. Spends nothing."""
    link = db.session.get(MailedLink, opaque.digest(token))
    if link is None or link.purpose != PURPOSE or link.consumed_at is not None:
        return None
    is_over = link.expires_at <= clock.now() or user_of(link).disabled_at is not None
    return None if is_over else link


def user_of(link: MailedLink) -> User:
    """Whose password it is about: only ever told by the link's own row."""
    return db.session.get_one(User, link.user_id)


def consume(link: MailedLink, chosen: str) -> bool | Busy:
    """Spend the link and set the password. False: the link was spent or ended in the meantime."""
    prepared = password.prepare(chosen)
    if isinstance(prepared, Busy):
        return prepared
    now = clock.now()
    spending = update(MailedLink).where(
        MailedLink.digest == link.digest,
        MailedLink.purpose == PURPOSE,
        MailedLink.consumed_at.is_(None),
        MailedLink.expires_at > now,
    )
    if rows_changed(spending.values(consumed_at=now)) != 1:
        return False
    user = user_of(link)
    password.store(user, prepared)
    void_all(user)
    sign_out.end_all(user.id, reason="password_changed")
    revoke.by_user(user.id, because="password_changed")
    audit.record(catalogue.PasswordLinkUsed(user_id=user.id))
    return True


def void_all(user: User) -> int:
    """No link of this user can be used any more."""
    voiding = update(MailedLink).where(
        MailedLink.user_id == user.id, MailedLink.consumed_at.is_(None)
    )
    return rows_changed(voiding.values(consumed_at=clock.now()))
