"""A new secret beside the old one, which stays good for a while (R70), and who still uses which."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from flask import Response, request, url_for
from werkzeug.exceptions import NotFound

from idp import clock
from idp.accounts import administered
from idp.accounts.permissions import Permission
from idp.clients import register, registry, secret_use, submission
from idp.clients.register import Registered
from idp.clients.registered import RegisteredClient
from idp.clients.secret_use import SecretUse
from idp.language import gettext as _
from idp.language import spoken_distance
from idp.web import access
from idp.web.admin.clients import once, show_once
from idp.web.admin.clients.found import card, existing
from idp.web.admin.routes import blueprint
from idp.web.admin.users.found import reason, reason_problem
from idp.web.pages import FAILED_FORM, page

OVERLAPS = (24, 8, 1, 0)
"""Hours."""
WRITES = access.of_client_write(Permission.OWN_CLIENT_WRITE, "change-apps", keeps=("reason",))


@blueprint.get("/clients/<path:client_id>/secret")
@access.access(WRITES)
def rotate_secret(client_id: str) -> Response:
    """What it means, before it is done."""
    return _show(_with_secret(client_id), {})


@blueprint.post("/clients/<path:client_id>/secret")
@access.access(WRITES)
def submit_rotate_secret(client_id: str) -> Response:
    """Shown once."""
    found, because, sent = _with_secret(client_id), reason(), once.sent()
    hours = {str(one): one for one in OVERLAPS}.get(request.form.get("overlap", ""))
    errors = _errors(hours, because)
    if errors or hours is None or sent is None:
        return _show(found, errors)
    if not submission.spend(sent):
        return once.already(sent)
    new = register.rotate_secret(client_id, timedelta(hours=hours), reason=because)
    now = registry.read(client_id)
    if new is None or now is None:
        raise NotFound
    submission.note(sent, client_id)
    return show_once.page_of(Registered(now, new), _("The app has a new secret."))


def described(client_id: str) -> list[dict[str, Any]]:
    """Each secret that is still good: until when, and when it was used last, in words."""
    return [_described(one) for one in secret_use.of_client(client_id)]


def _described(one: SecretUse) -> dict[str, Any]:
    now = clock.now()
    return {
        "is_newest": one.is_newest,
        "created_at": one.created_at,
        "expires_at": one.expires_at,
        "expires_in": spoken_distance(one.expires_at, now) if one.expires_at else None,
        "last_used_at": one.last_used_at,
        "last_used_ago": spoken_distance(one.last_used_at, now) if one.last_used_at else None,
        "last_used_from": one.last_used_from,
    }


def _errors(hours: int | None, because: str) -> dict[str, str]:
    errors: dict[str, str] = {}
    if hours is None:
        errors["overlap-24"] = _("Choose how long the old secret stays good.")
    if problem := reason_problem(because):
        errors["reason"] = problem
    return errors


def _with_secret(client_id: str) -> RegisteredClient:
    found = existing(client_id)
    if not found.uses_secret:
        raise NotFound
    return found


def _show(found: RegisteredClient, errors: dict[str, str]) -> Response:
    return page(
        "admin/clients/secret.html",
        FAILED_FORM if request.method == "POST" else 200,
        client=card(found),
        overlaps=OVERLAPS,
        chosen=request.form.get("overlap", str(OVERLAPS[0])),
        secrets=described(found.client_id),
        submission=once.new(),
        reason=request.form.get("reason", ""),
        longest=administered.LONGEST_REASON,
        errors=errors,
        action=url_for("admin.submit_rotate_secret", client_id=found.client_id),
    )
