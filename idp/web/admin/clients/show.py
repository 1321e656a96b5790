"""One app: how it is registered, what is risky about it, and the ways to change it."""

from __future__ import annotations

from typing import Any

from flask import Response

from idp.accounts.permissions import Permission
from idp.clients import document, listing
from idp.clients.registered import RegisteredClient
from idp.doctor import clients as doctor
from idp.extensions import settings
from idp.language import gettext as _
from idp.web import access
from idp.web.admin import notices
from idp.web.admin.clients import fields, form, secret
from idp.web.admin.clients.found import card, existing
from idp.web.admin.clients.said import said
from idp.web.admin.routes import blueprint
from idp.web.pages import page


@blueprint.get("/clients/<path:client_id>")
@access.access(access.of_client(Permission.CLIENTS_READ))
def client(client_id: str) -> Response:
    """Everything but secrets, which nobody can read."""
    found = existing(client_id)
    return page(
        "admin/clients/show.html",
        client=card(found),
        sections=_sections(found),
        secrets=secret.described(client_id) if found.uses_secret else [],
        warnings=list(doctor.warnings(found)),
        created_at=found.created_at,
        last_used_at=listing.last_used(client_id),
        issuer=settings().issuer,
        tab="registration",
        notice=notices.asked_for(),
    )


def _sections(found: RegisteredClient) -> list[dict[str, Any]]:
    registered = document.as_document(found)
    return [
        {
            "name": section.name,
            "title": _(section.title),
            "facts": [
                (_(field.label), lines)
                for field in section.fields
                if (lines := said(field, form.shown(registered, [field])[field.name]))
            ],
        }
        for section in fields.SECTIONS
    ]
