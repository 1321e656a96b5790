"""A new group, and a changed one. Its name is what apps are told, so it stays."""

from __future__ import annotations

from flask import Response, g, request, url_for
from werkzeug.exceptions import NotFound

from idp.accounts.groups import proposed, store
from idp.accounts.groups.proposed import KnownGroup
from idp.accounts.groups.store import Outdated
from idp.accounts.invalid import Invalid
from idp.accounts.permissions import Permission
from idp.language import gettext_noop
from idp.web import access
from idp.web.admin.clients import form
from idp.web.admin.clients.field import Field, Kind
from idp.web.admin.definition_form import REASON, VERSION, DefinitionForm, with_reason
from idp.web.admin.groups.found import PURPOSE, existing, to_group
from idp.web.admin.routes import blueprint

NAME = Field(
    member="name",
    label=gettext_noop("Name"),
    hint=gettext_noop("What apps are told, for instance staff. It can't be changed afterwards."),
    says_empty=True,
)
DETAILS = (
    Field(
        member="display_name",
        label=gettext_noop("Display name"),
        hint=gettext_noop("What people read. Empty: the name."),
    ),
    Field(member="description", label=gettext_noop("Description")),
    Field(
        member="roles",
        label=gettext_noop("Roles in apps"),
        kind=Kind.LINES,
        hint=gettext_noop("One on each line. Apps that may ask for roles are told them."),
    ),
)
NEW = (NAME, *DETAILS)
WRITES = access.admin_write(
    Permission.GROUPS_WRITE, PURPOSE, keeps=[VERSION, REASON, *(one.name for one in NEW)]
)
_TEMPLATE = "admin/groups/form.html"


@blueprint.get("/groups/new")
@access.access(WRITES)
def new_group() -> Response:
    """Empty, or as it was typed before a step-up."""
    return _new().show(form.shown({}, NEW) | form.resumed(g.typed, NEW))


@blueprint.post("/groups/new")
@access.access(WRITES)
def submit_new_group() -> Response:
    """Without members."""
    values = form.typed(request.form, NEW)
    document = form.members(values, NEW)
    judged = with_reason(proposed.from_document(document.pop("name", ""), document))
    made = judged if isinstance(judged, Invalid) else store.create(judged)
    if isinstance(made, Invalid):
        return _new().show(values, made)
    return to_group(made, "group-saved")


@blueprint.get("/groups/<group_id>/edit")
@access.access(WRITES)
def edit_group(group_id: str) -> Response:
    """As it is, or as it was typed before a step-up."""
    found = existing(group_id)
    values = form.shown(proposed.as_document(found), DETAILS)
    kept: dict[str, str] = g.typed
    if kept:
        values |= form.resumed(kept, DETAILS)
    version = kept.get(VERSION) or store.version_of(found)
    return _form_of(found).show(values, version=version)


@blueprint.post("/groups/<group_id>/edit")
@access.access(WRITES)
def submit_edit_group(group_id: str) -> Response:
    """Of two editors the second is told, and loses nothing that was typed."""
    found, values = existing(group_id), form.typed(request.form, DETAILS)
    version = request.form.get(VERSION, "")
    judged = with_reason(proposed.from_document(found.name, form.members(values, DETAILS)))
    changed = judged if isinstance(judged, Invalid) else store.change(found.name, version, judged)
    match changed:
        case None:
            raise NotFound
        case Invalid():
            return _form_of(found).show(values, changed, version=version)
        case Outdated(group=now):
            return _form_of(now).show_outdated(
                values, proposed.as_document(now), version=store.version_of(now)
            )
    return to_group(changed, "group-saved")


def _new() -> DefinitionForm:
    return DefinitionForm(
        _TEMPLATE,
        NEW,
        {"group": None},
        action=url_for("admin.submit_new_group"),
        back=url_for("admin.groups"),
    )


def _form_of(found: KnownGroup) -> DefinitionForm:
    return DefinitionForm(
        _TEMPLATE,
        DETAILS,
        {"group": found},
        action=url_for("admin.submit_edit_group", group_id=found.id),
        back=url_for("admin.group", group_id=found.id),
    )
