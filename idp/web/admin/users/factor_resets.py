"""A reset of somebody's second factors, as administrators start, approve and call it off (R56).

What it means and why it is done is asked by the table of acts.
"""

from __future__ import annotations

from typing import Any

from idp import origin
from idp.accounts import factor_reset
from idp.accounts.outcome import Outcome
from idp.extensions import db
from idp.language import gettext as _
from idp.models import User

_PERSON = "user:"


def start(user: User, *, reason: str) -> Outcome:
    return factor_reset.start(user, by=origin.current().actor, reason=reason)


def can_start(user: User) -> bool:
    return factor_reset.is_possible(user) and factor_reset.under_way(user.id) is None


def approve(user: User, *, reason: str) -> Outcome:
    return factor_reset.approve(user, by=origin.current().actor, reason=reason)


def can_approve(user: User) -> bool:
    """Not by who started it: to them it would only be refused."""
    reset = factor_reset.under_way(user.id)
    if reset is None or not factor_reset.is_waiting(reset):
        return False
    return reset.started_by != origin.current().actor


def mail_again(user: User, *, reason: str) -> Outcome:
    return factor_reset.mail_again(user, reason=reason)


def can_mail_again(user: User) -> bool:
    reset = factor_reset.under_way(user.id)
    return reset is not None and not factor_reset.is_waiting(reset)


def cancel(user: User, *, reason: str) -> Outcome:
    return factor_reset.cancel(user, reason=reason)


def can_cancel(user: User) -> bool:
    return factor_reset.under_way(user.id) is not None


def shown(user: User) -> dict[str, Any] | None:
    """For the page of the person."""
    reset = factor_reset.under_way(user.id)
    if reset is None:
        return None
    return {
        "by": _name_of(reset.started_by),
        "started_at": reset.started_at,
        "reason": reset.reason,
        "approved_by": _name_of(reset.approved_by) if reset.approved_by else None,
        "effective_at": reset.effective_at if factor_reset.is_waiting(reset) else None,
        "link_expires_at": reset.link_expires_at,
    }


def to_do(user: User) -> str:
    """For the dashboard."""
    person = user.email.address if user.email else user.name
    return _(
        "%(person)s: a reset of the second step waits for somebody to approve it.", person=person
    )


def _name_of(actor: str) -> str:
    if not actor.startswith(_PERSON):
        return actor
    found = db.session.get(User, actor.removeprefix(_PERSON))
    return found.name if found else _("somebody who has gone")
