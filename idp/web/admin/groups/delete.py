"""Deleting a group: refused while an app admits its members only."""

from __future__ import annotations

from flask import Response, url_for

from idp.accounts.groups import store
from idp.accounts.groups.proposed import KnownGroup
from idp.accounts.groups.store import InUse
from idp.language import gettext as _
from idp.web import access
from idp.web.admin import typed_name
from idp.web.admin.groups.found import WRITES, existing
from idp.web.admin.routes import blueprint
from idp.web.pages import FAILED_FORM, page, see_other


@blueprint.get("/groups/<group_id>/delete")
@access.access(WRITES)
def delete_group(group_id: str) -> Response:
    """Wants the name typed: this cannot be taken back."""
    return _show(existing(group_id))


@blueprint.post("/groups/<group_id>/delete")
@access.access(WRITES)
def submit_delete_group(group_id: str) -> Response:
    """Who was in it is forgotten."""
    found = existing(group_id)
    if wrong := typed_name.problems(found.name):
        return _show(found, errors=wrong)
    match store.remove(found.name):
        case InUse(client_names=needing):
            names = ", ".join(needing)
            return _show(
                found,
                problem=_("These apps admit its members only: %(apps)s.", apps=names),
            )
    return see_other(url_for("admin.groups", notice="group-deleted"))


def _show(
    found: KnownGroup, *, problem: str | None = None, errors: dict[str, str] | None = None
) -> Response:
    return page(
        "admin/groups/delete.html",
        FAILED_FORM if problem or errors else 200,
        group=found,
        problem=problem,
        errors=errors or {},
        **typed_name.shown(),
        action=url_for("admin.submit_delete_group", group_id=found.id),
        back=url_for("admin.group", group_id=found.id),
    )
