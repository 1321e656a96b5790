"""Changing a registration. Of two editors the second is told, and loses nothing that was typed."""

from __future__ import annotations

from typing import Any

from flask import Response, g, request, url_for
from werkzeug.exceptions import NotFound

from idp import origin
from idp.accounts.permissions import Permission
from idp.clients import document, owner_limits, register
from idp.clients.metadata import Invalid
from idp.clients.register import Changed, Outdated
from idp.clients.registered import RegisteredClient
from idp.language import gettext as _
from idp.language import gettext_noop
from idp.web import access
from idp.web.admin.clients import address_check, fields, form, show_once
from idp.web.admin.clients.fields import EDITABLE, Field, Section
from idp.web.admin.clients.form import Value, Values
from idp.web.admin.clients.found import card, existing_now, to_client
from idp.web.admin.routes import blueprint
from idp.web.pages import FAILED_FORM, page

CONFLICT = 409
VERSION = "version"

OUTDATED = gettext_noop(
    "Somebody else has changed this app since you opened it. Nothing is saved yet."
)
WRITES = access.of_client_write(
    Permission.OWN_CLIENT_WRITE, "change-apps", keeps=[VERSION, *(one.name for one in EDITABLE)]
)


@blueprint.get("/clients/<path:client_id>/edit")
@access.access(WRITES)
def edit_client(client_id: str) -> Response:
    """The form as it is registered, or as it was typed before a step-up."""
    found = existing_now(client_id)
    values = form.shown(document.as_document(found), _fields())
    kept: dict[str, str] = g.typed
    if kept:
        values |= form.resumed(kept, _fields())
    return _show(found, values, version=kept.get(VERSION) or register.version_of(found))


@blueprint.post("/clients/<path:client_id>/edit")
@access.access(WRITES)
def submit_edit_client(client_id: str) -> Response:
    """The whole form takes the place of what it shows; what it does not show stays."""
    found, values = existing_now(client_id), form.typed(request.form, _fields())
    version = request.form.get(VERSION, "")
    match change(found, values, version):
        case None:
            raise NotFound
        case Invalid(problems=problems):
            errors = form.errors(problems, _fields())
            return _show(found, values, FAILED_FORM, version=version, errors=errors)
        case Outdated(client=now):
            return _show(now, values, CONFLICT, version=register.version_of(now))
        case registered if registered.client_secret is not None:
            return show_once.page_of(registered, _("The app proves itself by a secret now."))
    return to_client(client_id, "client-saved")


def change(found: RegisteredClient, values: Values, version: str) -> Changed:
    """Through the same judgement as a document that is imported."""
    changed = form.changed(document.as_document(found), values, _fields())
    proposed = document.from_document(changed)
    if isinstance(proposed, Invalid):
        return proposed
    return register.change(found.client_id, version, proposed)


def _show(
    found: RegisteredClient,
    values: Values,
    status: int = 200,
    *,
    version: str,
    errors: dict[str, str] | None = None,
) -> Response:
    is_outdated = status == CONFLICT
    return page(
        "admin/clients/edit.html",
        status,
        client=card(found),
        sections=_sections(),
        names=[one.name for one in _fields()],
        values=values,
        version=version,
        errors=errors or {},
        check=address_check.of_form(values, found.application_type),
        problem=_(OUTDATED) if is_outdated else None,
        differences=_differences(found, values) if is_outdated else [],
        action=url_for("admin.submit_edit_client", client_id=found.client_id),
    )


def _differences(now: RegisteredClient, values: Values) -> list[dict[str, Any]]:
    """Where what was typed is not what is registered meanwhile."""
    registered = form.shown(document.as_document(now), _fields())
    return [
        {"name": one.name, "label": _(one.label), "now": registered[one.name]}
        for one in _fields()
        if _plain(registered[one.name]) != _plain(values[one.name])
    ]


def _plain(value: Value) -> list[str]:
    return value.split() if isinstance(value, str) else sorted(value)


def _sections() -> tuple[Section, ...]:
    """All, or those of which an owner of the app may change something."""
    if origin.current().owns_the_app_only:
        return fields.within(owner_limits.may_see_in_form)
    return fields.SECTIONS


def _fields() -> tuple[Field, ...]:
    return tuple(field for section in _sections() for field in section.fields)
