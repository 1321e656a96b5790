"""An invitation: by mail, to an address that has no account yet."""

from __future__ import annotations

from collections.abc import Mapping

from flask import Response, request, url_for

from idp.accounts import administered, invitation
from idp.accounts.invalid import Invalid
from idp.accounts.permissions import Permission
from idp.language import gettext as _
from idp.models import Role
from idp.web import access
from idp.web.admin.routes import blueprint, may, me
from idp.web.admin.users.found import why_problems
from idp.web.admin.users.role import NONE, ROLES
from idp.web.pages import FAILED_FORM, page, see_other

WRITES = access.admin_write(
    Permission.USERS_WRITE, "change-people", keeps=("email", "name", "role", "reason")
)


@blueprint.get("/invite")
@access.access(WRITES)
def invite_user() -> Response:
    """Whom, and as what."""
    return _show()


@blueprint.post("/invite")
@access.access(WRITES)
def submit_invite_user() -> Response:
    """The link is mailed and shown to nobody else."""
    chosen = request.form.get("role", NONE)
    if chosen not in _roles():
        return _show({"role": _("Choose one of the roles.")})
    if problem := why_problems():
        return _show(problem)
    made = invitation.invite(
        request.form.get("email", ""),
        name=request.form.get("name", ""),
        role=None if chosen == NONE else Role(chosen),
        invited_by=me().name,
    )
    if isinstance(made, Invalid):
        return _show(made.problems)
    return see_other(url_for("admin.users", notice="user-invited"))


def _roles() -> list[str]:
    """Only an owner hands out roles."""
    return list(ROLES) if may(Permission.ROLES_WRITE) else [NONE]


def _show(errors: Mapping[str, str] | None = None) -> Response:
    problems = dict(errors or {})
    return page(
        "admin/users/invite.html",
        FAILED_FORM if errors else 200,
        problem=problems.pop("registration", None),
        errors=problems,
        typed={name: request.form.get(name, "") for name in ("email", "name")},
        chosen=request.form.get("role", NONE),
        reason=request.form.get("reason", ""),
        longest=administered.LONGEST_REASON,
        roles=[(value, _(ROLES[value])) for value in _roles()],
        action=url_for("admin.submit_invite_user"),
        back=url_for("admin.users"),
    )
