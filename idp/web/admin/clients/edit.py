"""Changing a registration. Of two editors the second is told, and loses nothing that was typed."""

from __future__ import annotations

from enum import StrEnum
from typing import Any

from flask import Response, g, request, url_for
from werkzeug.exceptions import NotFound

from idp import origin
from idp.accounts import administered
from idp.accounts.permissions import Permission
from idp.clients import administration, document, owner_limits, register
from idp.clients.metadata import Invalid, ProposedClient
from idp.clients.register import Outdated
from idp.clients.registered import RegisteredClient
from idp.language import gettext as _
from idp.language import gettext_noop
from idp.web import access
from idp.web.admin.clients import address_check, fields, form, preview, show_once
from idp.web.admin.clients.field import Field, Section
from idp.web.admin.clients.fields import EDITABLE
from idp.web.admin.clients.form import Value, Values
from idp.web.admin.clients.found import card, existing_now, to_client
from idp.web.admin.clients.said import said
from idp.web.admin.routes import blueprint
from idp.web.admin.users.found import reason, reason_problem
from idp.web.pages import FAILED_FORM, page

CONFLICT = 409
VERSION = "version"
STEP = "step"


class Step(StrEnum):
    """What a button asks for; without a name a form is previewed."""

    SAVE = "save"
    AGAIN = "again"


OUTDATED = gettext_noop(
    "Somebody else has changed this app since you opened it. Nothing is saved yet."
)
WRITES = access.of_client_write(
    Permission.OWN_CLIENT_WRITE,
    "change-apps",
    keeps=[VERSION, "reason", *(one.name for one in EDITABLE)],
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


def filled(found: RegisteredClient, typed: Values) -> Response:
    """The form with some fields typed already. Nothing is saved."""
    values = form.shown(document.as_document(found), _fields())
    return _show(found, values | typed, version=register.version_of(found))


@blueprint.post("/clients/<path:client_id>/edit")
@access.access(WRITES)
def submit_edit_client(client_id: str) -> Response:
    """The whole form takes the place of what it shows; what it does not show stays. First it is
    previewed, and saved when it comes again from there with a reason.
    """
    found, values = existing_now(client_id), form.typed(request.form, _fields())
    version = request.form.get(VERSION, "")
    proposed = _proposed(found, values)
    if isinstance(proposed, Invalid):
        errors = form.errors(proposed.problems, _fields())
        return _show(found, values, FAILED_FORM, version=version, errors=errors)
    match request.form.get(STEP):
        case Step.SAVE:
            return _save(found, values, version, proposed)
        case Step.AGAIN:
            return _show(found, values, version=version)
    return _preview(found, values, version, proposed)


def _proposed(found: RegisteredClient, values: Values) -> ProposedClient | Invalid:
    """Through the same judgement as a document that is imported."""
    changed = form.changed(document.as_document(found), values, _fields())
    proposed = document.from_document(changed)
    if isinstance(proposed, Invalid):
        return proposed
    if invalid := register.judge(proposed):
        return invalid
    wrong = administration.problems(proposed, found)
    return Invalid(wrong) if wrong else proposed


def _preview(
    found: RegisteredClient,
    values: Values,
    version: str,
    proposed: ProposedClient,
    errors: dict[str, str] | None = None,
) -> Response:
    if version != register.version_of(found):
        return _show(found, values, CONFLICT, version=register.version_of(found))
    differences = _differences(found, values)
    if not differences:
        return to_client(found.client_id, "client-unchanged")
    return page(
        "admin/clients/preview.html",
        FAILED_FORM if errors else 200,
        client=card(found),
        fields=_fields(),
        values=values,
        version=version,
        differences=differences,
        foreseen=preview.of(found, proposed),
        warns_of_pkce=proposed.pkce_waived and not found.pkce_waived,
        errors=errors or {},
        reason=request.form.get("reason", "") or g.get("typed", {}).get("reason", ""),
        longest=administered.LONGEST_REASON,
        action=url_for("admin.submit_edit_client", client_id=found.client_id),
    )


def _save(
    found: RegisteredClient, values: Values, version: str, proposed: ProposedClient
) -> Response:
    because = reason()
    if problem := reason_problem(because):
        return _preview(found, values, version, proposed, {"reason": problem})
    match register.exchange(found.client_id, version, proposed, reason=because):
        case None:
            raise NotFound
        case Invalid(problems=problems):
            errors = form.errors(problems, _fields())
            return _show(found, values, FAILED_FORM, version=version, errors=errors)
        case Outdated(client=now):
            return _show(now, values, CONFLICT, version=register.version_of(now))
        case registered if registered.client_secret is not None:
            return show_once.page_of(registered, _("The app proves itself by a secret now."))
    return to_client(found.client_id, "client-saved")


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
        {
            "name": one.name,
            "label": _(one.label),
            "now": said(one, registered[one.name]),
            "then": said(one, values[one.name]),
        }
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
