"""What happened to the account of the signed-in user, in plain words."""

from __future__ import annotations

import re
from typing import Any

from flask import Response, request

from idp import user_agent
from idp.audit import history
from idp.clients import registry
from idp.models import AuditEvent, User
from idp.web import access
from idp.web.account import activity_words
from idp.web.account.activity_table import Kind
from idp.web.account.routes import blueprint, me
from idp.web.pages import page

ROWS = 50
RECENT = 5
_CURSOR = re.compile(r"[0-9A-HJKMNP-TV-Z]{26}")


@blueprint.get("/activity")
@access.access(access.SIGNED_IN)
def activity() -> Response:
    """A page of it, the newest first; `show` narrows it, `before` goes back in time."""
    kind, before = _kind(), request.args.get("before", "")
    found = history.of_user(
        me().id,
        activity_words.types(kind),
        size=ROWS,
        before=before if _CURSOR.fullmatch(before) else None,
    )
    return page(
        "account/activity.html",
        rows=[_row(event) for event in found.events],
        older=found.before,
        kind=kind,
        is_first_page=not before,
    )


def recent_changes(user: User) -> list[dict[str, Any]]:
    """The last few that concern security, for the overview."""
    found = history.of_user(user.id, activity_words.types(Kind.SECURITY), size=RECENT)
    return [_row(event) for event in found.events]


def _kind() -> Kind | None:
    asked = request.args.get("show", "")
    return Kind(asked) if asked in set(Kind) else None


def _row(event: AuditEvent) -> dict[str, Any]:
    return {
        "sentence": activity_words.sentence(event, _app(event.client_id)),
        "happened_at": event.happened_at,
        "browser": user_agent.in_words(event.user_agent) if event.user_agent else None,
        "address": event.address,
    }


def _app(client_id: str | None) -> str | None:
    """An app that has gone has no name any more."""
    client = registry.find(client_id) if client_id else None
    return client.client_name if client else None
