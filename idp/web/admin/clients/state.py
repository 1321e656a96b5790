"""Disable, enable and delete an app: each a page that says what it means, before it is done."""

from __future__ import annotations

from flask import Response, request, url_for

from idp.accounts.permissions import Permission
from idp.clients import register
from idp.clients.registered import RegisteredClient
from idp.language import gettext as _
from idp.web import access
from idp.web.admin.clients.found import card, existing, to_client
from idp.web.admin.routes import blueprint
from idp.web.pages import FAILED_FORM, page, see_other

WRITES = access.admin_write(Permission.CLIENTS_WRITE, "change-apps")


@blueprint.get("/clients/<path:client_id>/disable")
@access.access(WRITES)
def disable_client(client_id: str) -> Response:
    """What ends, and that it can be taken back."""
    return page("admin/clients/disable.html", client=card(existing(client_id)))


@blueprint.post("/clients/<path:client_id>/disable")
@access.access(WRITES)
def submit_disable_client(client_id: str) -> Response:
    """Everything it was given ends with it."""
    register.disable(existing(client_id).client_id)
    return to_client(client_id, "client-disabled")


@blueprint.post("/clients/<path:client_id>/enable")
@access.access(WRITES)
def submit_enable_client(client_id: str) -> Response:
    """Nothing that ended comes back."""
    register.enable(existing(client_id).client_id)
    return to_client(client_id, "client-enabled")


@blueprint.get("/clients/<path:client_id>/delete")
@access.access(WRITES)
def delete_client(client_id: str) -> Response:
    """Wants the name typed: this cannot be taken back."""
    return _show_delete(existing(client_id))


@blueprint.post("/clients/<path:client_id>/delete")
@access.access(WRITES)
def submit_delete_client(client_id: str) -> Response:
    """Its secrets and its users' consent go with it."""
    found = existing(client_id)
    if request.form.get("confirmation", "").strip() != found.client_name:
        return _show_delete(found, FAILED_FORM)
    register.remove(client_id)
    return see_other(url_for("admin.clients", notice="client-deleted"))


def _show_delete(found: RegisteredClient, status: int = 200) -> Response:
    wrong = _("Type the name exactly as it stands above.") if status != 200 else None
    return page(
        "admin/clients/delete.html",
        status,
        client=card(found),
        errors={"confirmation": wrong} if wrong else {},
        action=url_for("admin.submit_delete_client", client_id=found.client_id),
    )
