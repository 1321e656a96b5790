"""The group that an address of the administration names."""

from __future__ import annotations

from flask import Response, url_for
from werkzeug.exceptions import NotFound

from idp.accounts.groups import store
from idp.accounts.groups.proposed import KnownGroup
from idp.accounts.permissions import Permission
from idp.web import access
from idp.web.pages import see_other

PURPOSE = "change-groups"
WRITES = access.admin_write(Permission.GROUPS_WRITE, PURPOSE)


def existing(group_id: str) -> KnownGroup:
    """As it is now."""
    found = store.get(group_id)
    if found is None:
        raise NotFound
    return found


def to_group(group: KnownGroup, notice: str | None = None) -> Response:
    """Back to its page."""
    return see_other(url_for("admin.group", group_id=group.id, notice=notice))
