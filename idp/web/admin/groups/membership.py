"""Putting somebody into a group and taking somebody out, each with a reason that is kept."""

from __future__ import annotations

from flask import Response, request, url_for
from werkzeug.exceptions import NotFound

from idp.accounts import administered
from idp.accounts.groups import members
from idp.accounts.groups.proposed import KnownGroup
from idp.accounts.permissions import Permission
from idp.authentication import password
from idp.extensions import db
from idp.language import gettext as _
from idp.models import User
from idp.web import access
from idp.web.admin.groups import show
from idp.web.admin.groups.found import PURPOSE, existing, to_group
from idp.web.admin.routes import blueprint
from idp.web.admin.users.found import reason, reason_problem
from idp.web.pages import FAILED_FORM, page

WRITES = access.admin_write(Permission.GROUPS_WRITE, PURPOSE, keeps=("email", "reason"))


@blueprint.post("/groups/<group_id>/members")
@access.access(WRITES)
def submit_add_member(group_id: str) -> Response:
    """By address. Whoever may fill groups may know who has an account."""
    group, because = existing(group_id), reason()
    user = password.find_user(request.form.get("email", ""))
    errors: dict[str, str] = {}
    if user is None:
        errors["email"] = _("Nobody has this email address.")
    if problem := reason_problem(because):
        errors["reason"] = problem
    if user is None or errors:
        return show.shown(group, errors)
    added = members.add(group, user, reason=because)
    return to_group(group, "member-added" if added else "member-unchanged")


@blueprint.get("/groups/<group_id>/members/<user_id>/remove")
@access.access(WRITES)
def remove_member(group_id: str, user_id: str) -> Response:
    """What it means, and why it is to be done."""
    return _show(existing(group_id), _member(user_id))


@blueprint.post("/groups/<group_id>/members/<user_id>/remove")
@access.access(WRITES)
def submit_remove_member(group_id: str, user_id: str) -> Response:
    """Apps hear of it when they ask the next time."""
    group, user, because = existing(group_id), _member(user_id), reason()
    if problem := reason_problem(because):
        return _show(group, user, {"reason": problem})
    removed = members.remove(group, user, reason=because)
    return to_group(group, "member-removed" if removed else "member-unchanged")


def _member(user_id: str) -> User:
    user = db.session.get(User, user_id)
    if user is None:
        raise NotFound
    return user


def _show(group: KnownGroup, user: User, errors: dict[str, str] | None = None) -> Response:
    return page(
        "admin/groups/remove_member.html",
        FAILED_FORM if errors else 200,
        group=group,
        person=user.email.address if user.email else user.name,
        errors=errors or {},
        reason=request.form.get("reason", ""),
        longest=administered.LONGEST_REASON,
        action=url_for("admin.submit_remove_member", group_id=group.id, user_id=user.id),
        back=url_for("admin.group", group_id=group.id),
    )
