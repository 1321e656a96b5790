"""The configuration as a file: taken along, and handed in with the difference shown first."""

from __future__ import annotations

import json
from typing import Any

from flask import Response, make_response, request, url_for
from werkzeug.exceptions import NotFound

from idp.accounts import administered
from idp.accounts.permissions import Permission
from idp.clients.metadata import Invalid
from idp.configuration import current, text, wanted
from idp.configuration.apply import Moved, apply
from idp.configuration.plan import Action, Beside, Change, plan, version_of
from idp.configuration.text import Format
from idp.configuration.yaml_text import Unreadable
from idp.extensions import db
from idp.language import gettext as _
from idp.language import gettext_noop
from idp.web import access
from idp.web.admin.routes import blueprint
from idp.web.admin.users.found import reason, reason_problem
from idp.web.pages import FAILED_FORM, page

LARGEST = 256 * 1024
"""Here; the command takes more."""
CONFLICT = 409
MOST_PROBLEMS = 50
# Whoever manages apps manages groups and claims, too: a test says so.
WRITES = access.admin_upload(
    Permission.CLIENTS_WRITE, "change-apps", keeps=("reason",), largest_body=4 * LARGEST
)
ACTIONS = {
    Action.CREATE: gettext_noop("New"),
    Action.CHANGE: gettext_noop("Changed"),
    Action.REMOVE: gettext_noop("Removed"),
}
_TYPES = {Format.YAML: "application/yaml", Format.JSON: "application/json"}


@blueprint.get("/configuration")
@access.access(access.admin(Permission.CLIENTS_READ))
def configuration() -> Response:
    """Out, and in."""
    return _show()


@blueprint.get("/configuration/export")
@access.access(access.admin(Permission.CLIENTS_READ))
def export_configuration() -> Response:
    """Without secrets. That it was taken along is written down."""
    asked = request.args.get("format", "")
    if asked not in set(Format):
        raise NotFound
    form = Format(asked)
    answer = make_response(text.write(current.exported(), form))
    answer.content_type = f"{_TYPES[form]}; charset=utf-8"
    answer.headers["Content-Disposition"] = f'attachment; filename="idp.{form.value}"'
    return answer


@blueprint.post("/configuration/import")
@access.access(WRITES)
def submit_configuration() -> Response:
    """What it would change; nothing is applied yet."""
    file = request.files.get("file")
    content = file.stream.read(LARGEST + 1) if file else b""
    if not content or len(content) > LARGEST:
        wrong = _("Choose a file of at most %(most)s KiB.", most=LARGEST // 1024)
        return _show(errors={"file": wrong})
    return _show_plan(content)


@blueprint.post("/configuration/apply")
@access.access(WRITES)
def submit_apply_configuration() -> Response:
    """Exactly what was looked at, or nothing."""
    because, content = reason(), request.form.get("document", "").encode()
    changes = _planned(content)
    if isinstance(changes, dict):
        return _show(problems=changes)
    if request.form.get("version") != version_of(changes):
        return _show_plan(content, CONFLICT)
    if problem := reason_problem(because):
        return _show_plan(content, FAILED_FORM, errors={"reason": problem})
    try:
        # A savepoint: what was begun must not stay, and the refusal is still counted and written.
        with db.session.begin_nested():
            secrets = apply(changes, reason=because)
    except Moved:
        return _show_plan(content, CONFLICT)
    return page(
        "admin/configuration/applied.html",
        changes=[_row(one) for one in changes],
        secrets=[(one.client_id, one.client_secret) for one in secrets],
    )


def _planned(content: bytes) -> list[Change] | dict[str, str]:
    """What is wrong stands by its place in the document."""
    try:
        objects = wanted.read(text.read(content))
    except Unreadable as error:
        return {"": str(error)}
    is_pruned = request.form.get("beside") == Beside.PRUNED.value
    beside = Beside.PRUNED if is_pruned else Beside.LEFT_ALONE
    found = objects if isinstance(objects, Invalid) else plan(objects, beside)
    return found.problems if isinstance(found, Invalid) else found


def _show_plan(
    content: bytes, status: int = 200, *, errors: dict[str, str] | None = None
) -> Response:
    changes = _planned(content)
    if isinstance(changes, dict):
        return _show(problems=changes)
    return page(
        "admin/configuration/changes.html",
        status,
        changes=[_row(one) for one in changes],
        document=content.decode("utf-8-sig"),
        beside=request.form.get("beside", ""),
        version=version_of(changes),
        is_outdated=status == CONFLICT,
        problem=status == CONFLICT,
        errors=errors or {},
        reason=request.form.get("reason", ""),
        longest=administered.LONGEST_REASON,
    )


def _row(change: Change) -> dict[str, Any]:
    fields = [] if change.action is Action.REMOVE else list(change.fields.items())
    return {
        "place": str(change.place),
        "action": _(ACTIONS[change.action]),
        "is_removed": change.action is Action.REMOVE,
        "fields": [(name, _plain(before), _plain(after)) for name, (before, after) in fields],
    }


def _plain(value: object) -> str | None:
    """On one line; None: not set."""
    if isinstance(value, list) and all(isinstance(one, str) for one in value):
        return ", ".join(value)
    if value is None or isinstance(value, str):
        return value
    return json.dumps(value, ensure_ascii=False)


def _show(
    *, errors: dict[str, str] | None = None, problems: dict[str, str] | None = None
) -> Response:
    found = list((problems or {}).items())
    return page(
        "admin/configuration/show.html",
        FAILED_FORM if errors or problems else 200,
        errors=errors or {},
        problem=bool(found),
        problems=[f"{place}: {said}" if place else said for place, said in found[:MOST_PROBLEMS]],
        more_problems=max(0, len(found) - MOST_PROBLEMS),
        most=LARGEST // 1024,
        exports=[
            (form.name, url_for("admin.export_configuration", format=form.value)) for form in Format
        ],
        beside=request.form.get("beside", ""),
    )
