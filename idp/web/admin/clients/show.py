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
from idp.web.admin.clients.fields import Field, Kind
from idp.web.admin.clients.form import Value
from idp.web.admin.clients.found import card, existing
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
                (_(field.label), said)
                for field in section.fields
                if (said := _said(field, form.shown(registered, [field])[field.name]))
            ],
        }
        for section in fields.SECTIONS
    ]


def _said(field: Field, value: Value) -> list[str]:
    """A value in words, one line each; nothing for what is not set."""
    names = dict(field.choices)
    if isinstance(value, list):
        return [_(names[one]) if one in names else one for one in value]
    match field.kind:
        case Kind.LINES:
            return value.splitlines()
        case Kind.TICK:
            return [_("Yes")] if value else []
        case Kind.CHOICE:
            return [_(names[value]) if value in names else value]
    return [value] if value else []
