"""A new secret beside the old one, which stays good for a while (R70)."""

from __future__ import annotations

from datetime import timedelta

from flask import Response, request, url_for
from werkzeug.exceptions import NotFound

from idp.accounts.permissions import Permission
from idp.clients import register, registry
from idp.clients.register import Registered
from idp.clients.registered import RegisteredClient
from idp.language import gettext as _
from idp.web import access
from idp.web.admin.clients import show_once
from idp.web.admin.clients.found import card, existing
from idp.web.admin.routes import blueprint
from idp.web.pages import FAILED_FORM, page

OVERLAPS = (24, 8, 1, 0)
"""Hours."""
WRITES = access.admin_write(Permission.CLIENTS_WRITE, "change-apps")


@blueprint.get("/clients/<path:client_id>/secret")
@access.access(WRITES)
def rotate_secret(client_id: str) -> Response:
    """What it means, before it is done."""
    return _show(_with_secret(client_id))


@blueprint.post("/clients/<path:client_id>/secret")
@access.access(WRITES)
def submit_rotate_secret(client_id: str) -> Response:
    """Shown once."""
    found, chosen = _with_secret(client_id), request.form.get("overlap", "")
    hours = {str(one): one for one in OVERLAPS}.get(chosen)
    if hours is None:
        return _show(found, FAILED_FORM)
    new = register.rotate_secret(client_id, timedelta(hours=hours))
    now = registry.read(client_id)
    if new is None or now is None:
        raise NotFound
    return show_once.page_of(Registered(now, new), _("The app has a new secret."))


def _with_secret(client_id: str) -> RegisteredClient:
    found = existing(client_id)
    if not found.uses_secret:
        raise NotFound
    return found


def _show(found: RegisteredClient, status: int = 200) -> Response:
    return page(
        "admin/clients/secret.html",
        status,
        client=card(found),
        overlaps=OVERLAPS,
        problem=_("Choose how long the old secret stays good.") if status != 200 else None,
        action=url_for("admin.submit_rotate_secret", client_id=found.client_id),
    )
