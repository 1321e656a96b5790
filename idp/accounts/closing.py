"""The end of an account, by its owner: what rests on it ends, and its rows are deleted.

What happened stays in the audit log, which knows the account by its row's id only. A `sub` is never
given again, for which its digest is kept: whoever registers with the address later is somebody else
to every app (OIDC Core §2).
"""

from __future__ import annotations

from sqlalchemy import delete, select, update

from idp import audit, clock, opaque, throttle
from idp.accounts import sign_out
from idp.audit import catalogue
from idp.authentication import account_turn
from idp.authentication.identifier import canonical
from idp.extensions import db, insert, rows_changed
from idp.grants import revoke
from idp.mail import messages, post
from idp.models import MailedLink, OutboundMessage, RetiredSubject, Role, User

REASON = "account_closed"


def is_last_owner(user: User) -> bool:
    """Whether nobody would be left who can make administrators."""
    if user.role != Role.OWNER:
        return False
    others = select(User.id).where(
        User.role == Role.OWNER, User.disabled_at.is_(None), User.id != user.id
    )
    return db.session.scalar(others.limit(1)) is None


def may_lose_owner(user: User) -> bool:
    """The same, in a transaction that is about to take an owner away: of two at once, the second
    one sees that the first has gone.
    """
    if user.role != Role.OWNER:
        return True
    _hold_owners()
    return not is_last_owner(user)


def begin(user: User) -> bool:
    """Stand in line for the account, before anything of it is touched: a sign-in in another tab
    holds the account and then wants its sessions, and must not find them held by a closing that
    wants the account. False: this is the last owner.
    """
    # All owners before one of them, as everybody does who needs both.
    if not may_lose_owner(user):
        return False
    account_turn.take(user.id)
    return True


def close(user: User) -> bool:
    """Sessions end with word to their apps, tokens are revoked, rows are deleted, and the last mail
    goes out. False: this is the last owner, and nothing was done.
    """
    if not begin(user):
        return False
    sign_out.end_all(user.id, reason=REASON)
    revoke.by_user(user.id, because=REASON)
    throttle.unlock(user.id)
    address, name = user.email.address if user.email else None, user.name
    _delete(user, address)
    if address is not None:
        messages.account_closed(address, name)
    audit.record(catalogue.AccountClosed(user_id=user.id))
    return True


def _hold_owners() -> None:
    """Of two owners who leave at once the second one sees that the first has gone."""
    rows_changed(update(User).where(User.role == Role.OWNER).values(role=Role.OWNER.value))


def _delete(user: User, address: str | None) -> None:
    """The database deletes what belongs to the user; mails that were sent name the address."""
    user_id = user.id
    if address is not None:
        sent = delete(OutboundMessage).where(
            OutboundMessage.kind == post.KIND,
            OutboundMessage.recipient == address,
            OutboundMessage.delivered_at.is_not(None) | OutboundMessage.dead_at.is_not(None),
        )
        rows_changed(sent)
        rows_changed(delete(MailedLink).where(MailedLink.address == canonical(address)))
    db.session.expunge(user)
    retired = insert(RetiredSubject).values(digest=opaque.digest(user.sub), retired_at=clock.now())
    rows_changed(retired.on_conflict_do_nothing())
    rows_changed(delete(User).where(User.id == user_id))
