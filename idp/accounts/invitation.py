"""Invitations: an administrator names an address, whoever reads its mail makes the account.

For a privileged account the invitation is also its enrolment ticket (R13, R20): password and second
factor are set up in one go.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from config import Registration
from idp import audit, clock
from idp.accounts import arrive, create, mailed_link
from idp.accounts.arrive import AddressTaken, LinkOver
from idp.accounts.invalid import Invalid
from idp.accounts.mailed_link import Purpose
from idp.audit import catalogue
from idp.authentication.identifier import address_problem, canonical, stored_form
from idp.authentication.verdict import Busy
from idp.extensions import settings
from idp.language import gettext as _
from idp.mail import messages
from idp.models import MailedLink, Role, User


@dataclass(frozen=True, slots=True)
class Invited:
    """`url` is shown once and mailed."""

    email: str
    url: str
    expires_at: datetime


def is_possible() -> bool:
    """Where registration is closed, commands make accounts and nobody is invited."""
    return settings().accounts.registration is not Registration.CLOSED


def invite(
    email: str, *, name: str = "", role: Role | None = None, invited_by: str
) -> Invited | Invalid:
    """Mail an invitation; an older one to the same address is over."""
    email, name = email.strip(), create.tidy_name(name)
    found = _problems(email, name)
    if found:
        return Invalid(found)
    lifetime = settings().accounts.invitation_lifetime
    expires_at = clock.now() + lifetime
    token = mailed_link.issue(
        Purpose.INVITATION,
        address=canonical(email),
        details={
            "address": stored_form(email),
            "name": name,
            "role": role.value if role else None,
            "invited_by": invited_by,
        },
        lifetime=lifetime,
    )
    url = mailed_link.url(Purpose.INVITATION, token)
    messages.invitation(stored_form(email), url, invited_by)
    audit.record(catalogue.UserInvited(role=role, invited_by=invited_by))
    return Invited(stored_form(email), url, expires_at)


def accept(
    link: MailedLink, name: str, chosen: str
) -> User | Invalid | Busy | LinkOver | AddressTaken:
    """Make the account, with what the invitation says and nothing else."""
    if not is_possible():
        return LinkOver()
    made = arrive.make(link, name, chosen)
    if isinstance(made, User):
        audit.record(catalogue.InvitationAccepted(user_id=made.id, role=arrive.role_of(link)))
    return made


def _problems(email: str, name: str) -> dict[str, str]:
    found: dict[str, str] = {}
    if not is_possible():
        found["registration"] = _("Nobody can be invited while registration is closed.")
    if problem := address_problem(email):
        found["email"] = _(problem)
    elif create.is_taken(email):
        found["email"] = _("There is an account with this address already.")
    if name and (problem := create.name_problem(name)):
        found["name"] = problem
    return found
