"""A reset of somebody's second factors, from its start to the mailed link (R56).

An administrator starts it with a reason, and the person is told at once. It takes effect when a
second administrator approves it, or after a delay; until then the person, an administrator, or a
sign-in with a factor that was not lost after all calls it off. Nothing is removed here: the link
leads to a new factor after the password (`factor_replacement`), so neither an administrator nor a
mailbox alone opens an account. Somebody at the provider's own machine is not waited for
(docs/decisions/0019-resets-of-second-factors.md).
"""

from __future__ import annotations

from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import ColumnElement, or_, select, update

from idp import audit, clock
from idp.accounts import factors, mailed_link, sign_out
from idp.accounts.mailed_link import Purpose
from idp.accounts.outcome import Outcome
from idp.audit import catalogue
from idp.authentication import account_turn
from idp.extensions import db, rows_changed, settings
from idp.grants import revoke
from idp.mail import messages
from idp.models import FactorReset, User

LINKS = (Purpose.REPLACE_FACTORS, Purpose.CANCEL_RESET)
MACHINE_LINK_LIFETIME = timedelta(hours=1)
"""Whoever runs a command is talking to the person."""

_PERSON = "user:"
"""Begins an actor that is a person."""


class Ending(StrEnum):
    """Why a reset is over."""

    COMPLETED = "completed"
    CANCELLED = "cancelled"
    FACTOR_USED = "factor_used"
    EXPIRED = "expired"
    REPLACED = "replaced"
    WITHDRAWN = "withdrawn"


# --- What is under way ---------------------------------------------------------------------------


def under_way(user_id: str) -> FactorReset | None:
    """The one that waits or is in effect."""
    now = clock.now()
    is_alive = or_(FactorReset.link_expires_at.is_(None), FactorReset.link_expires_at > now)
    return db.session.scalar(select(FactorReset).where(*_open(user_id), is_alive))


def waiting(*, most: int) -> list[tuple[FactorReset, User]]:
    """Those that wait, of everybody, the oldest first."""
    found = (
        select(FactorReset, User)
        .join(User, User.id == FactorReset.user_id)
        .where(FactorReset.ended_at.is_(None), FactorReset.link_expires_at.is_(None))
        .order_by(FactorReset.id)
        .limit(most)
    )
    return [(reset, user) for reset, user in db.session.execute(found)]


def is_waiting(reset: FactorReset) -> bool:
    """For a second administrator, or for its time."""
    return reset.link_expires_at is None


# --- Administrators ------------------------------------------------------------------------------


def start(user: User, *, by: str, reason: str) -> Outcome:
    """`by`: an actor, as the audit log names them. That they may touch the account is asked before
    (`administered`).
    """
    if by == _person(user.id):
        return Outcome.OWN_ACCOUNT
    account_turn.take(user.id)
    if not is_possible(user) or under_way(user.id) is not None:
        return Outcome.UNCHANGED
    _end(user, Ending.EXPIRED)
    _begin(user, FactorReset(started_by=by, reason=reason), settings().second_factor.reset_delay)
    return Outcome.DONE


def is_possible(user: User) -> bool:
    """Whether there is something to replace, and an address to mail the link to."""
    return user.disabled_at is None and user.email is not None and factors.are_there(user)


def approve(user: User, *, by: str, reason: str) -> Outcome:
    """By another person than who started it and than whose account it is. Of many at once, one."""
    account_turn.take(user.id)
    reset = under_way(user.id)
    if by == _person(user.id):
        return Outcome.OWN_ACCOUNT
    if reset is None or not is_waiting(reset):
        return Outcome.UNCHANGED
    if reset.started_by == by or not by.startswith(_PERSON):
        return Outcome.ANOTHER_PERSON
    approving = update(FactorReset).where(
        FactorReset.id == reset.id,
        FactorReset.ended_at.is_(None),
        FactorReset.link_expires_at.is_(None),
    )
    if rows_changed(approving.values(approved_by=by, effective_at=clock.now())) != 1:
        return Outcome.UNCHANGED
    audit.record(catalogue.FactorResetApproved(user_id=user.id, reason=reason))
    _mail_link(user, reset.id, settings().second_factor.reset_link_lifetime, because="approval")
    return Outcome.DONE


def mail_again(user: User, *, reason: str) -> Outcome:
    """Another link for a reset that is in effect: the last one was lost, or its sign-in was."""
    account_turn.take(user.id)
    reset = under_way(user.id)
    if reset is None or reset.link_expires_at is None:
        return Outcome.UNCHANGED
    left = reset.link_expires_at - clock.now()
    _mail_link(user, reset.id, left, because="again", reason=reason)
    return Outcome.DONE


def cancel(user: User, *, reason: str = "") -> Outcome:
    """By an administrator, or by the person; who it was stands in the audit log."""
    account_turn.take(user.id)
    if not _end(user, Ending.CANCELLED, reason=reason):
        return Outcome.UNCHANGED
    messages.factor_reset_cancelled(user)
    return Outcome.DONE


def withdraw(user: User) -> None:
    """The account is not what it was when the reset was started."""
    _end(user, Ending.WITHDRAWN)


def end_by_factor(user_id: str) -> None:
    """A factor was proven: it is not lost. The caller has the account's turn."""
    if db.session.scalar(select(FactorReset.id).where(*_open(user_id))) is None:
        return
    user = db.session.get_one(User, user_id)
    if _end(user, Ending.FACTOR_USED):
        messages.factor_reset_cancelled(user)


# --- The provider's machine ----------------------------------------------------------------------


def start_at_machine(user: User, *, by: str, reason: str) -> str | None:
    """In effect at once, in place of one that waits. Returns the link, which is kept nowhere; None:
    there is nothing to replace.

    Whoever administers needs the link. For everybody else the password is enough for the same
    hour, as it is for the first factor of an account (R20).
    """
    account_turn.take(user.id)
    if user.disabled_at is not None or not factors.are_there(user):
        return None
    _end(user, Ending.REPLACED)
    reset = FactorReset(started_by=by, reason=reason, opens_by_password=user.role is None)
    _begin(user, reset, timedelta(0))
    sign_out.end_all(user.id, reason="by_administrator")
    revoke.by_user(user.id, because="by_administrator")
    return _mail_link(user, reset.id, MACHINE_LINK_LIFETIME, because="machine")


# --- Time ----------------------------------------------------------------------------------------


def take_effect(user: User, *, is_still_allowed: bool) -> None:
    """The delay is over. `is_still_allowed`: whether who started it still may."""
    account_turn.take(user.id)
    reset = under_way(user.id)
    if reset is None or not is_waiting(reset) or reset.effective_at > clock.now():
        return
    if not is_still_allowed:
        _end(user, Ending.WITHDRAWN)
        messages.factor_reset_cancelled(user)
        return
    _mail_link(user, reset.id, settings().second_factor.reset_link_lifetime, because="delay")


def expire(user: User) -> None:
    """Nobody used the link in time."""
    account_turn.take(user.id)
    if under_way(user.id) is None:
        _end(user, Ending.EXPIRED)


# --- Rows ----------------------------------------------------------------------------------------


def _person(user_id: str) -> str:
    return _PERSON + user_id


def _open(user_id: str) -> tuple[ColumnElement[bool], ...]:
    return FactorReset.user_id == user_id, FactorReset.ended_at.is_(None)


def _begin(user: User, reset: FactorReset, delay: timedelta) -> None:
    now = clock.now()
    reset.user_id, reset.started_at, reset.effective_at = user.id, now, now + delay
    db.session.add(reset)
    db.session.flush()
    audit.record(
        catalogue.FactorResetStarted(
            user_id=user.id, reason=reset.reason, effective_at=reset.effective_at.isoformat()
        )
    )
    if not delay:
        return
    lifetime = delay + settings().second_factor.reset_link_lifetime
    token = mailed_link.issue(Purpose.CANCEL_RESET, user_id=user.id, lifetime=lifetime)
    url = mailed_link.url(Purpose.CANCEL_RESET, token)
    messages.factor_reset_started(user, url, reset.effective_at, lifetime)


def _mail_link(
    user: User, reset_id: str, lifetime: timedelta, *, because: str, reason: str = ""
) -> str:
    details = {"reset": reset_id}
    token = mailed_link.issue(
        Purpose.REPLACE_FACTORS, user_id=user.id, details=details, lifetime=lifetime
    )
    until: datetime = clock.now() + lifetime
    mailing = update(FactorReset).where(FactorReset.id == reset_id, FactorReset.ended_at.is_(None))
    rows_changed(mailing.values(link_expires_at=until, interaction_id=None))
    url = mailed_link.url(Purpose.REPLACE_FACTORS, token)
    messages.factor_reset_link(user, url, lifetime)
    audit.record(catalogue.FactorResetLinkMailed(user_id=user.id, because=because, reason=reason))
    return url


def _end(user: User, ending: Ending, *, reason: str = "") -> bool:
    """Whether there was one. Its links end with it."""
    values = {"ended_at": clock.now(), "outcome": ending.value}
    if rows_changed(update(FactorReset).where(*_open(user.id)).values(values)) == 0:
        return False
    mailed_link.void(*LINKS, user_id=user.id)
    audit.record(catalogue.FactorResetEnded(user_id=user.id, because=ending.value, reason=reason))
    return True
