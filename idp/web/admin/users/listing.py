"""People, found by how an address or a name begins."""

from __future__ import annotations

from flask import Response, request, url_for

from idp.accounts import directory, invitation
from idp.accounts.permissions import Permission
from idp.web import access
from idp.web.admin import cursor, notices
from idp.web.admin.routes import blueprint
from idp.web.admin.users.found import role_name
from idp.web.pages import page

ROWS = 25
LONGEST_SEARCH = 100


@blueprint.get("/users")
@access.access(access.admin(Permission.USERS_READ))
def users() -> Response:
    """`q` searches, `after` goes on."""
    typed, after = request.args.get("q", "").strip()[:LONGEST_SEARCH], cursor.asked_for("after")
    found = directory.search(typed, size=ROWS, after=after)
    query = typed or None
    return page(
        "admin/users/list.html",
        people=found.entries,
        typed=typed,
        role_name=role_name,
        older=url_for("admin.users", q=query, after=found.after) if found.after else None,
        newest=url_for("admin.users", q=query) if after else None,
        can_invite=invitation.is_possible(),
        notice=notices.asked_for(),
    )
