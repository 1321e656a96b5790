"""Everybody as a file, for another deployment or an archive; never a secret."""

from __future__ import annotations

from flask import Response, request, stream_with_context, url_for

from idp.accounts import administered, people_export
from idp.accounts.imports.source import Form
from idp.accounts.permissions import Permission
from idp.language import gettext as _
from idp.web import access
from idp.web.admin.routes import blueprint
from idp.web.admin.users.found import reason, reason_problem
from idp.web.pages import FAILED_FORM, page

WRITES = access.admin_write(Permission.USERS_BULK, "export-people", keeps=("reason", "format"))
_MIME_TYPES = {
    Form.CSV: "text/csv; charset=utf-8",
    Form.JSON: "application/json",
    Form.JSONL: "application/x-ndjson",
}


@blueprint.get("/users/export")
@access.access(WRITES)
def export_users() -> Response:
    """In which format, and why."""
    return _show({})


@blueprint.post("/users/export")
@access.access(WRITES)
def submit_export_users() -> Response:
    """The file, as it is read."""
    because, chosen = reason(), request.form.get("format", "")
    errors: dict[str, str] = {}
    if chosen not in set(Form):
        errors["format"] = _("Choose one of the formats.")
    if problem := reason_problem(because):
        errors["reason"] = problem
    if errors:
        return _show(errors)
    pieces = people_export.take_along(Form(chosen), reason=because)
    response = Response(stream_with_context(pieces), content_type=_MIME_TYPES[Form(chosen)])
    response.headers["Content-Disposition"] = f'attachment; filename="people.{chosen}"'
    return response


def _show(errors: dict[str, str]) -> Response:
    return page(
        "admin/users/export.html",
        FAILED_FORM if errors else 200,
        errors=errors,
        formats=[form.value for form in Form],
        chosen=request.form.get("format", Form.CSV.value),
        reason=request.form.get("reason", ""),
        longest=administered.LONGEST_REASON,
        action=url_for("admin.submit_export_users"),
        back=url_for("admin.users"),
    )
