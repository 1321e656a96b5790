"""What became of requests: the latest of one app, or the one that showed a reference; and the link
that explains one of them to somebody else.
"""

from __future__ import annotations

import re
from typing import Any

from flask import Response, request, url_for
from werkzeug.exceptions import NotFound

from idp import traces
from idp.accounts import app_people, permissions
from idp.accounts.permissions import Permission
from idp.clients import registry
from idp.clients.registered import RegisteredClient
from idp.language import gettext as _
from idp.traces import Trace
from idp.web import access, explanation_link
from idp.web.admin import notices
from idp.web.admin.clients.explained import explained
from idp.web.admin.clients.found import card, existing
from idp.web.admin.routes import blueprint, me
from idp.web.pages import page

SHOWN = 50
LONGEST_REFERENCE = 20
FAILURES = "failures"
_CURSOR = re.compile(r"[0-9A-HJKMNP-TV-Z]{26}")
SHARES = "change-apps"


@blueprint.get("/requests")
@access.access(access.of_their_clients(Permission.REQUESTS_READ))
def requests() -> Response:
    """`reference`: as the error page showed it to a user, or a program logged it."""
    asked = request.args.get("reference", "").strip()[:LONGEST_REFERENCE]
    found = [one for one in traces.of_reference(asked) if _is_for_me(one)] if asked else []
    return page(
        "admin/clients/reference.html",
        reference=asked,
        traces=[_explained(one) for one in found],
    )


@blueprint.get("/clients/<path:client_id>/requests")
@access.access(access.of_client(Permission.REQUESTS_READ))
def client_requests(client_id: str) -> Response:
    """The newest first. `show=failures` narrows, `before` goes back in time."""
    found = existing(client_id)
    only = FAILURES if request.args.get("show") == FAILURES else None
    before = request.args.get("before", "")
    read = traces.failures_of if only else traces.latest_of
    listed = read(client_id, SHOWN + 1, before=before if _CURSOR.fullmatch(before) else None)
    return page(
        "admin/clients/requests.html",
        client=card(found),
        traces=[explained(one, found) for one in listed[:SHOWN]],
        only=only,
        older=listed[SHOWN - 1].id if len(listed) > SHOWN else None,
        is_first_page=not before,
        tab="requests",
        notice=notices.asked_for(),
    )


@blueprint.post("/clients/<path:client_id>/requests/<trace_id>/link")
@access.access(access.of_client_write(Permission.REQUESTS_WRITE, SHARES))
def share_client_request(client_id: str, trace_id: str) -> Response:
    """A link for somebody without an account here: a colleague, or who answers for a library."""
    return _shared(trace_of(existing(client_id), trace_id), existing(client_id))


@blueprint.post("/requests/<trace_id>/link")
@access.access(access.admin_write(Permission.REQUESTS_WRITE, SHARES))
def share_request(trace_id: str) -> Response:
    """The same for a request that names no app of ours."""
    trace = traces.find(trace_id)
    if trace is None or trace.client_id is not None:
        raise NotFound
    return _shared(trace, None)


def trace_of(client: RegisteredClient, trace_id: str) -> Trace:
    """The client's own; any other one is not there."""
    trace = traces.find(trace_id)
    if trace is None or trace.client_id != client.client_id:
        raise NotFound
    return trace


def _shared(trace: Trace, client: RegisteredClient | None) -> Response:
    link, ends_at = explanation_link.make(trace)
    here = (
        url_for("admin.client_requests", client_id=client.client_id)
        if client
        else url_for("admin.requests", reference=trace.reference)
    )
    return page(
        "admin/clients/shared.html",
        title=_("A link to this explanation"),
        link=link,
        ends_at=ends_at,
        reference=trace.reference,
        back=here,
    )


def _is_for_me(trace: Trace) -> bool:
    """By role those of every app, and of none; by standing those of one's own."""
    if permissions.allows(me().role, Permission.REQUESTS_READ):
        return True
    return trace.client_id in {app.client_id for app in app_people.apps_of(me().id)}


def _explained(trace: Trace) -> dict[str, Any]:
    client = registry.find(trace.client_id) if trace.client_id else None
    return explained(trace, client) | {"client": card(client) if client else None}
