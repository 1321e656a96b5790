"""Invitations by mail, to addresses that have no account yet."""

from __future__ import annotations

from datetime import datetime

from pydantic import Field

from idp.accounts import invitation
from idp.accounts.invalid import Invalid
from idp.accounts.permissions import Permission
from idp.models import Role
from idp.web import bearer, problems
from idp.web.api.answering import Answer
from idp.web.api.model import Because, Model
from idp.web.api.operation import Wants, operation
from idp.web.problems import Fault, Kind, Refused


class NewInvitation(Because):
    """Whom, and as what."""

    email: str = Field(min_length=3, max_length=320)
    name: str = Field("", max_length=200)
    role: Role | None = Field(None, description="Only for callers who hand out roles.")


class Invitation(Model):
    """It was mailed; the link is shown to nobody but its reader."""

    email: str
    expires_at: datetime


@operation(
    "POST", "/invitations", Permission.USERS_WRITE, body=NewInvitation, answer=Invitation,
    status=201, wants=(Wants.KEY,), refuses=(Kind.OUT_OF_REACH, Kind.CONFLICT),
)  # fmt: skip
def invite(given: NewInvitation) -> Answer:
    """Mail somebody a link to make an account. An older one to the same address is over."""
    who = bearer.caller()
    if given.role is not None and Permission.ROLES_WRITE not in who.verbs:
        raise Refused(Kind.OUT_OF_REACH)
    if not invitation.is_possible():
        raise Refused(Kind.CONFLICT, "Nobody can be invited while registration is closed.")
    made = invitation.invite(given.email, name=given.name, role=given.role, invited_by=who.name)
    if isinstance(made, Invalid):
        faults = (Fault(text, problems.pointer(name)) for name, text in made.problems.items())
        raise Refused(Kind.INVALID, None, *faults)
    return Answer(Invitation(email=made.email, expires_at=made.expires_at))
