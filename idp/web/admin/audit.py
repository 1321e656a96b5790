"""The audit log: looked through, taken along, and how far its chain goes."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable
from itertools import islice
from typing import Any

from flask import Response, request, stream_with_context, url_for
from sqlalchemy import select
from werkzeug.exceptions import NotFound

from idp import audit as log
from idp.accounts.permissions import Permission
from idp.audit import catalogue, search, verify, written
from idp.extensions import db
from idp.models import AuditEvent, EmailAddress
from idp.web import access
from idp.web.admin import audit_filter, cursor
from idp.web.admin.routes import blueprint
from idp.web.pages import page

ROWS = 50
LOOKED_AT = 200
"""Of the chain, whenever the page is shown; `idp audit verify` reads it all."""
MOST_EXPORTED = 100_000
"""By a page; the command has no limit."""
_MIME_TYPES = {"csv": "text/csv; charset=utf-8", "jsonl": "application/x-ndjson"}


@blueprint.get("/audit")
@access.access(access.admin(Permission.AUDIT_READ))
def audit() -> Response:
    """`before` goes back in time, everything else narrows."""
    asked, before = audit_filter.asked(), cursor.asked_for("before")
    found = search.find(asked.filter(), size=ROWS, before=before)
    people = _addresses(found.events)
    same: dict[str, Any] = dict(asked.typed)
    return page(
        "admin/audit.html",
        rows=[_row(event, people) for event in found.events],
        older=url_for("admin.audit", before=found.before, **same) if found.before else None,
        newest=url_for("admin.audit", **same) if before else None,
        typed=asked.typed,
        errors=asked.errors,
        types=search.known_types(),
        exports=[
            (form, url_for("admin.export_audit", format=form, **same)) for form in written.FORMATS
        ],
        most_exported=MOST_EXPORTED,
        chain=verify.look_at_newest(LOOKED_AT),
    )


@blueprint.get("/audit/export")
@access.access(access.admin(Permission.AUDIT_READ))
def export_audit() -> Response:
    """What the page finds, as a file. That it was taken along is written down, too."""
    form = request.args.get("format", "")
    if form not in written.FORMATS:
        raise NotFound
    asked = audit_filter.asked()
    wanted = asked.filter()
    log.record(catalogue.LogExported(form=form, filters=sorted(asked.typed)))
    events = islice(search.everything(wanted), MOST_EXPORTED)
    response = Response(
        stream_with_context(written.FORMATS[form](events)), content_type=_MIME_TYPES[form]
    )
    response.headers["Content-Disposition"] = f'attachment; filename="audit.{form}"'
    return response


def _row(event: AuditEvent, people: dict[str, str]) -> dict[str, Any]:
    actor = event.actor.removeprefix("user:")
    return {
        "id": event.id,
        "happened_at": event.happened_at,
        "type": event.type,
        "actor": people.get(actor, event.actor),
        "subject": people.get(event.user_id or "", event.user_id),
        "client_id": event.client_id,
        "address": event.address,
        "json": json.dumps(written.document(event), ensure_ascii=False, indent=2),
    }


def _addresses(events: Iterable[AuditEvent]) -> dict[str, str]:
    """Of the people in these events who still have an account."""
    ids: Collection[str] = {
        one
        for event in events
        for one in (event.user_id, event.actor.removeprefix("user:"))
        if one is not None
    }
    found = select(EmailAddress.user_id, EmailAddress.address).where(
        EmailAddress.user_id.in_(ids), EmailAddress.is_primary
    )
    return {row[0]: row[1] for row in db.session.execute(found)}
