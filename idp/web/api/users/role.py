"""Who administers, and as what: for callers who hand out roles."""

from __future__ import annotations

from pydantic import Field

from idp.accounts import administered
from idp.accounts.permissions import Permission
from idp.models import Role
from idp.web.api import reading
from idp.web.api.answering import Answer
from idp.web.api.model import Because, Changed
from idp.web.api.operation import Wants, operation
from idp.web.api.users.acts import told
from idp.web.api.users.show import existing, version_of
from idp.web.problems import Kind


class ChosenRole(Because):
    """What somebody may administer."""

    role: Role | None = Field(description="null: nothing.")


@operation(
    "PUT", "/users/<user_id>/role", Permission.ROLES_WRITE, body=ChosenRole, answer=Changed,
    wants=(Wants.VERSION,), refuses=(Kind.CONFLICT,),
)  # fmt: skip
def choose_role(user_id: str, given: ChosenRole) -> Answer:
    """Say what a person may administer. A first role ends their sessions."""
    user = existing(user_id)
    reading.require_version(version_of(user))
    return told(administered.choose_role(user, given.role, reason=given.reason))
