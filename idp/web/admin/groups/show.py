"""One group: what it is called, which apps admit its members only, and who is in it."""

from __future__ import annotations

from collections.abc import Mapping

from flask import Response, g, request, url_for

from idp.accounts import administered
from idp.accounts.groups import members, store
from idp.accounts.groups.proposed import KnownGroup
from idp.accounts.permissions import Permission
from idp.web import access
from idp.web.admin import cursor, notices
from idp.web.admin.groups.found import existing
from idp.web.admin.routes import blueprint, may
from idp.web.pages import FAILED_FORM, page

ROWS = 50


@blueprint.get("/groups/<group_id>")
@access.access(access.admin(Permission.GROUPS_READ))
def group(group_id: str) -> Response:
    """`after` goes on with its members."""
    return shown(existing(group_id))


def shown(found: KnownGroup, errors: Mapping[str, str] | None = None) -> Response:
    """With what is wrong with the form that adds somebody."""
    after = cursor.asked_for("after")
    listed = members.listed(found, size=ROWS, after=after)
    typed: dict[str, str] = g.get("typed") or {}
    following = url_for("admin.group", group_id=found.id, after=listed.after)
    return page(
        "admin/groups/show.html",
        FAILED_FORM if errors else 200,
        group=found,
        needing=store.clients_needing(found.name),
        members=listed.members,
        older=following if listed.after else None,
        newest=url_for("admin.group", group_id=found.id) if after else None,
        shows_people=may(Permission.USERS_READ),
        errors=dict(errors or {}),
        email=request.form.get("email", typed.get("email", "")),
        reason=request.form.get("reason", typed.get("reason", "")),
        longest=administered.LONGEST_REASON,
        notice=notices.asked_for(),
    )
