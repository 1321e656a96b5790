"""What became of requests: the latest of one app, or the one that showed a reference."""

from __future__ import annotations

from typing import Any

from flask import Response, request, url_for
from werkzeug.exceptions import NotFound

from idp import traces
from idp.accounts import app_people, permissions
from idp.accounts.permissions import Permission
from idp.clients import document, register, registry
from idp.clients.metadata import Invalid
from idp.clients.register import Changed, Outdated
from idp.clients.registered import RegisteredClient
from idp.language import gettext as _
from idp.web import access
from idp.web.admin import notices
from idp.web.admin.clients.explained import explained
from idp.web.admin.clients.found import card, existing, existing_now
from idp.web.admin.routes import blueprint, me
from idp.web.pages import FAILED_FORM, page, see_other

SHOWN = 50
LONGEST_REFERENCE = 20


@blueprint.get("/requests")
@access.access(access.of_their_clients(Permission.REQUESTS_READ))
def requests() -> Response:
    """`reference`: as the error page showed it to a user."""
    asked = request.args.get("reference", "").strip()[:LONGEST_REFERENCE]
    return page(
        "admin/clients/reference.html",
        reference=asked,
        traces=[_explained(one) for one in traces.of_reference(asked) if _is_for_me(one)]
        if asked
        else [],
    )


@blueprint.get("/clients/<path:client_id>/requests")
@access.access(access.of_client(Permission.REQUESTS_READ))
def client_requests(client_id: str) -> Response:
    """The newest first."""
    return _show(existing(client_id))


@blueprint.post("/clients/<path:client_id>/requests")
@access.access(access.of_client_write(Permission.OWN_CLIENT_WRITE, "change-apps"))
def register_redirect_uri(client_id: str) -> Response:
    """Exactly the address that was refused, judged as every other one."""
    found = existing_now(client_id)
    match _with_redirect_uri(found, request.form.get("redirect_uri", "")):
        case None:
            raise NotFound
        case Invalid(problems=problems):
            return _show(found, FAILED_FORM, problem="; ".join(problems.values()))
        case Outdated(client=now):
            changed = _("Somebody else has just changed this app. Look at it, then try again.")
            return _show(now, FAILED_FORM, problem=changed)
    return see_other(url_for("admin.client_requests", client_id=client_id, notice="uri-registered"))


def _with_redirect_uri(found: RegisteredClient, uri: str) -> Changed:
    described = document.as_document(found)
    described["redirect_uris"] = [*described["redirect_uris"], uri]
    proposed = document.from_document(described)
    if isinstance(proposed, Invalid):
        return proposed
    return register.change(found.client_id, register.version_of(found), proposed)


def _is_for_me(trace: traces.Trace) -> bool:
    """By role those of every app, and of none; by standing those of one's own."""
    if permissions.allows(me().role, Permission.REQUESTS_READ):
        return True
    return trace.client_id in {app.client_id for app in app_people.apps_of(me().id)}


def _explained(trace: traces.Trace) -> dict[str, Any]:
    client = registry.find(trace.client_id) if trace.client_id else None
    return explained(trace, client) | {"client": card(client) if client else None}


def _show(found: RegisteredClient, status: int = 200, problem: str | None = None) -> Response:
    return page(
        "admin/clients/requests.html",
        status,
        client=card(found),
        traces=[explained(one, found) for one in traces.latest_of(found.client_id, SHOWN)],
        problem=problem,
        tab="requests",
        notice=notices.asked_for(),
    )
