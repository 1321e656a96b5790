"""Groups by name, a page at a time."""

from __future__ import annotations

from flask import Response, request, url_for

from idp.accounts.groups import store
from idp.accounts.groups.proposed import name_problem
from idp.accounts.permissions import Permission
from idp.models.group import LONGEST_NAME
from idp.web import access
from idp.web.admin import notices
from idp.web.admin.routes import blueprint
from idp.web.pages import page

ROWS = 25


@blueprint.get("/groups")
@access.access(access.admin(Permission.GROUPS_READ))
def groups() -> Response:
    """`q`: how a name begins; `after` goes on."""
    typed = request.args.get("q", "").strip()[:LONGEST_NAME]
    after = request.args.get("after", "")
    is_cursor = not name_problem(after)
    found = store.search(typed, size=ROWS, after=after if is_cursor else None)
    query = typed or None
    return page(
        "admin/groups/list.html",
        groups=found.groups,
        sizes=store.sizes(found.groups),
        typed=typed,
        older=url_for("admin.groups", q=query, after=found.after) if found.after else None,
        newest=url_for("admin.groups", q=query) if after else None,
        notice=notices.asked_for(),
    )
