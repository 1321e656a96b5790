"""A reset of somebody's second factors (R56): started, approved by another person, called off. The
link goes to the address of the account and is shown to nobody else.
"""

from __future__ import annotations

from datetime import datetime

from pydantic import Field

from idp.accounts import factor_reset
from idp.accounts.permissions import Permission
from idp.web import bearer
from idp.web.api.answering import Answer
from idp.web.api.model import Because, Changed, Model
from idp.web.api.operation import operation
from idp.web.api.users.acts import REFUSES, WRITES, done, told
from idp.web.api.users.show import existing, within_reach
from idp.web.problems import Kind, Refused

_AT = "/users/<user_id>/factor-reset"


class FactorReset(Model):
    """A reset that is under way."""

    started_by: str
    started_at: datetime
    reason: str
    approved_by: str | None = None
    effective_at: datetime = Field(description="Without an approval.")
    waiting: bool = Field(description="For an approval, or for its time.")
    link_expires_at: datetime | None = None


@operation("GET", _AT, Permission.USERS_READ, answer=FactorReset)
def read_factor_reset(user_id: str) -> Answer:
    """The reset that is under way for a person."""
    found = factor_reset.under_way(existing(user_id).id)
    if found is None:
        raise Refused(Kind.NOT_FOUND, "No reset is under way.")
    shown = FactorReset(
        started_by=found.started_by,
        started_at=found.started_at,
        reason=found.reason,
        approved_by=found.approved_by,
        effective_at=found.effective_at,
        waiting=factor_reset.is_waiting(found),
        link_expires_at=found.link_expires_at,
    )
    return Answer(shown)


@operation("POST", _AT, WRITES, body=Because, answer=Changed, refuses=REFUSES)
def start_factor_reset(user_id: str, given: Because) -> Answer:
    """Let a person set up new second factors.

    They are told at once; it takes effect when another person approves it, or after a delay.
    """
    user = within_reach(user_id)
    return told(factor_reset.start(user, by=bearer.caller().actor, reason=given.reason))


@operation("POST", f"{_AT}/approve", WRITES, body=Because, answer=Changed, refuses=REFUSES)
def approve_factor_reset(user_id: str, given: Because) -> Answer:
    """Approve a reset that another person has started. Programs that act for themselves cannot."""
    user = within_reach(user_id)
    return told(factor_reset.approve(user, by=bearer.caller().actor, reason=given.reason))


@operation("POST", f"{_AT}/mail", WRITES, body=Because, answer=Changed, refuses=REFUSES)
def mail_factor_reset_link(user_id: str, given: Because) -> Answer:
    """Mail another link for a reset that is in effect; the last one ends."""
    return done(factor_reset.mail_again, user_id, given)


@operation("POST", f"{_AT}/cancel", WRITES, body=Because, answer=Changed, refuses=REFUSES)
def cancel_factor_reset(user_id: str, given: Because) -> Answer:
    """Call a reset off; the second factors stay as they are."""
    return done(factor_reset.cancel, user_id, given)
