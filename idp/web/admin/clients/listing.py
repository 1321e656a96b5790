"""The list of apps, searched and narrowed, a page at a time."""

from __future__ import annotations

import re
from typing import Any

from flask import Response, request

from idp.accounts.permissions import Permission
from idp.clients import listing, registry
from idp.clients.listing import Listed, Only
from idp.doctor import clients as doctor
from idp.web import access
from idp.web.admin import notices
from idp.web.admin.clients.found import card
from idp.web.admin.routes import blueprint
from idp.web.pages import page

LONGEST_SEARCH = 100
_CURSOR = re.compile(r"[0-9A-HJKMNP-TV-Z]{26}")


@blueprint.get("/clients")
@access.access(access.admin(Permission.CLIENTS_READ))
def clients() -> Response:
    """`q` searches, `show` narrows, `before` goes back in time."""
    words, before = request.args.get("q", "").strip()[:LONGEST_SEARCH], request.args.get("before")
    asked = request.args.get("show", "")
    only = Only(asked) if asked in set(Only) else None
    found = listing.search(
        words, only, before=before if before and _CURSOR.fullmatch(before) else None
    )
    return page(
        "admin/clients/list.html",
        rows=[row for one in found.clients if (row := _row(one))],
        older=found.before,
        words=words,
        only=only,
        is_first_page=not before,
        notice=notices.asked_for(),
    )


def _row(listed: Listed) -> dict[str, Any] | None:
    """None: it was deleted a moment ago."""
    client = registry.find(listed.client_id)
    if client is None:
        return None
    warnings = [finding.says for finding in doctor.warnings(client)]
    return card(client) | {"last_used_at": listed.last_used_at, "warnings": warnings}
