"""A start for the app's code."""

from __future__ import annotations

from flask import Response

from idp.accounts.permissions import Permission
from idp.clients import snippets
from idp.web import access
from idp.web.admin.clients.found import card, existing
from idp.web.admin.routes import blueprint
from idp.web.pages import page


@blueprint.get("/clients/<path:client_id>/code")
@access.access(access.of_client(Permission.CLIENTS_READ))
def client_code(client_id: str) -> Response:
    """For every framework of this kind of app."""
    found = existing(client_id)
    return page(
        "admin/clients/code.html",
        client=card(found),
        snippets=snippets.of(found),
        tab="code",
    )
