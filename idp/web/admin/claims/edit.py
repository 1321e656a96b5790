"""A new claim, and a changed definition. The name is what apps are told, so it stays."""

from __future__ import annotations

import json
from typing import Any

from flask import Response, g, request, url_for
from werkzeug.exceptions import NotFound

from idp import strict_json
from idp.accounts.custom_claims import definition, definitions
from idp.accounts.custom_claims.definition import ClaimType, Definition, ProposedClaim
from idp.accounts.custom_claims.definitions import Outdated
from idp.accounts.invalid import Invalid
from idp.accounts.permissions import Permission
from idp.language import gettext_noop
from idp.web import access
from idp.web.admin.claims.listing import TYPES
from idp.web.admin.clients import form
from idp.web.admin.clients.field import Field, Kind
from idp.web.admin.clients.form import Values
from idp.web.admin.definition_form import REASON, VERSION, DefinitionForm, with_reason
from idp.web.admin.routes import blueprint
from idp.web.pages import see_other

NAME = Field(
    member="name",
    label=gettext_noop("Name"),
    hint=gettext_noop(
        "What apps are told, for instance department. It can't be changed afterwards, and no claim "
        "of OpenID Connect can be taken."
    ),
    says_empty=True,
)
SCHEMA = Field(
    member="schema",
    label=gettext_noop("Schema"),
    kind=Kind.LINES,
    hint=gettext_noop(
        "May be empty. A small part of JSON Schema that each value has to match: enum, minimum, "
        "maximum, minLength, maxLength, properties, required, items."
    ),
)
DETAILS = (
    Field(
        member="scope",
        label=gettext_noop("Scope"),
        hint=gettext_noop("What releases it. Apps that may ask for this scope are told the claim."),
        says_empty=True,
    ),
    Field(
        member="description",
        label=gettext_noop("What people are asked"),
        hint=gettext_noop("For the page that asks for permission, for instance: See your room"),
    ),
    Field(
        member="type",
        label=gettext_noop("Type"),
        kind=Kind.CHOICE,
        choices=tuple((kind.value, TYPES[kind]) for kind in ClaimType),
    ),
    Field(member="multiple", label=gettext_noop("It has several values"), kind=Kind.TICK),
    SCHEMA,
)
NEW = (NAME, *DETAILS)
WRITES = access.admin_write(
    Permission.GROUPS_WRITE, "change-groups", keeps=[VERSION, REASON, *(one.name for one in NEW)]
)
_TEMPLATE = "admin/claims/form.html"


@blueprint.get("/claims/new")
@access.access(WRITES)
def new_claim() -> Response:
    """Empty, or as it was typed before a step-up."""
    return _new().show(form.shown({}, NEW) | form.resumed(g.typed, NEW))


@blueprint.post("/claims/new")
@access.access(WRITES)
def submit_new_claim() -> Response:
    """Nobody has a value yet."""
    values = form.typed(request.form, NEW)
    judged = with_reason(_judged(str(values["name"]).strip(), values))
    made = judged if isinstance(judged, Invalid) else definitions.define(judged)
    if isinstance(made, Invalid):
        return _new().show(values, made)
    return see_other(url_for("admin.claims", notice="claim-saved"))


@blueprint.get("/claims/<claim_id>/edit")
@access.access(WRITES)
def edit_claim(claim_id: str) -> Response:
    """As it is, or as it was typed before a step-up."""
    found = existing(claim_id)
    values, kept = _shown(found), g.typed
    if kept:
        values |= form.resumed(kept, DETAILS)
    version = kept.get(VERSION) or definitions.version_of(found)
    return _form_of(found).show(values, version=version)


@blueprint.post("/claims/<claim_id>/edit")
@access.access(WRITES)
def submit_edit_claim(claim_id: str) -> Response:
    """Values that do not match any more are not told, and are there again if they do."""
    found, values = existing(claim_id), form.typed(request.form, DETAILS)
    version = request.form.get(VERSION, "")
    judged = with_reason(_judged(found.name, values))
    changed = (
        judged if isinstance(judged, Invalid) else definitions.change(found.name, version, judged)
    )
    match changed:
        case None:
            raise NotFound
        case Invalid():
            return _form_of(found).show(values, changed, version=version)
        case Outdated(claim=now):
            return _show_outdated(now, values)
    return see_other(url_for("admin.claims", notice="claim-saved"))


def existing(claim_id: str) -> Definition:
    """The claim that an address names."""
    found = definitions.get(claim_id)
    if found is None:
        raise NotFound
    return found


def _judged(name: str, values: Values) -> ProposedClaim | Invalid:
    document = form.members(values, DETAILS)
    document.pop("name", None)
    written = str(values["schema"]).strip()
    if written:
        try:
            document["schema"] = strict_json.parse(written)
        except ValueError:
            return Invalid({"schema": "is not JSON"})
    return definition.from_document(name, document)


def _shown(found: Definition) -> Values:
    return form.shown(definition.as_document(found), DETAILS) | {"schema": _written(found)}


def _written(found: Definition) -> str:
    return "" if found.schema is None else json.dumps(found.schema, ensure_ascii=False, indent=2)


def _new() -> DefinitionForm:
    return DefinitionForm(
        _TEMPLATE,
        NEW,
        {"claim": None},
        action=url_for("admin.submit_new_claim"),
        back=url_for("admin.claims"),
    )


def _form_of(found: Definition) -> DefinitionForm:
    return DefinitionForm(
        _TEMPLATE,
        DETAILS,
        {"claim": found},
        action=url_for("admin.submit_edit_claim", claim_id=found.id),
        back=url_for("admin.claims"),
    )


def _show_outdated(now: Definition, values: Values) -> Response:
    document: dict[str, Any] = definition.as_document(now)
    document["schema"] = _written(now).splitlines()
    version = definitions.version_of(now)
    return _form_of(now).show_outdated(values, document, version=version)
