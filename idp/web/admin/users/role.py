"""Who administers, and as what: for owners, who cannot do away with the last one of them."""

from __future__ import annotations

from flask import Response, request, url_for

from idp.accounts import administered
from idp.accounts.outcome import Outcome
from idp.accounts.permissions import Permission
from idp.language import gettext as _
from idp.language import gettext_noop
from idp.models import Role, User
from idp.web import access
from idp.web.admin.routes import blueprint
from idp.web.admin.users.acts import last_owner
from idp.web.admin.users.found import existing, reason, reason_problem, to_user
from idp.web.pages import FAILED_FORM, page

WRITES = access.admin_write(Permission.ROLES_WRITE, "change-roles", keeps=("role", "reason"))
NONE = "none"
ROLES = {
    NONE: gettext_noop("No role: administers nothing"),
    Role.SUPPORT.value: gettext_noop("Support: helps people with their accounts"),
    Role.AUDITOR.value: gettext_noop("Auditor: reads everything, changes nothing"),
    Role.CLIENT_MANAGER.value: gettext_noop("App manager: registers and changes apps"),
    Role.OWNER.value: gettext_noop("Owner: may do everything"),
}


@blueprint.get("/users/<user_id>/role")
@access.access(WRITES)
def user_role(user_id: str) -> Response:
    """The roles, in words."""
    return _show(existing(user_id))


@blueprint.post("/users/<user_id>/role")
@access.access(WRITES)
def submit_user_role(user_id: str) -> Response:
    """Choose one."""
    user, because, chosen = existing(user_id), reason(), request.form.get("role", "")
    errors: dict[str, str] = {}
    if chosen not in ROLES:
        errors["role"] = _("Choose one of the roles.")
    if problem := reason_problem(because):
        errors["reason"] = problem
    if errors:
        return _show(user, errors=errors)
    role = None if chosen == NONE else Role(chosen)
    outcome = administered.choose_role(user, role, reason=because)
    if outcome is Outcome.LAST_OWNER:
        return _show(user, problem=last_owner())
    return to_user(user, "role-changed" if outcome is Outcome.DONE else "user-unchanged")


def _show(
    user: User, *, problem: str | None = None, errors: dict[str, str] | None = None
) -> Response:
    person = user.email.address if user.email else user.name
    return page(
        "admin/users/role.html",
        FAILED_FORM if problem or errors else 200,
        title=_("What may %(person)s administer?", person=person),
        roles=[(value, _(text)) for value, text in ROLES.items()],
        chosen=request.form.get("role") or user.role or NONE,
        reason=request.form.get("reason", ""),
        longest=administered.LONGEST_REASON,
        problem=problem,
        errors=errors or {},
        action=url_for("admin.submit_user_role", user_id=user.id),
        back=url_for("admin.user", user_id=user.id),
    )
