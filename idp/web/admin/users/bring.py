"""People from a file: handed over, looked at in a dry run, confirmed, followed, taken stock of."""

from __future__ import annotations

from flask import Response, request, stream_with_context, url_for
from werkzeug.exceptions import NotFound

from idp.accounts import administered
from idp.accounts.imports import own_claims, report, rows, source, stored
from idp.accounts.imports.problem import Problem
from idp.accounts.permissions import Permission
from idp.language import gettext as _
from idp.language import gettext_noop
from idp.models import ImportState, UserImport
from idp.web import access
from idp.web.admin import notices
from idp.web.admin.routes import blueprint, me
from idp.web.admin.users.found import reason, reason_problem
from idp.web.pages import FAILED_FORM, page, see_other

READS = access.admin(Permission.USERS_BULK)
WRITES = access.admin_write(Permission.USERS_BULK, "import-people")
UPLOADS = access.admin_upload(
    Permission.USERS_BULK, "import-people", keeps=("reason",), largest_body=stored.LARGEST
)
LINES = 50
STATES = {
    ImportState.CHECKING: gettext_noop("Being checked"),
    ImportState.CHECKED: gettext_noop("Waits for your yes"),
    ImportState.RUNNING: gettext_noop("Being imported"),
    ImportState.DONE: gettext_noop("Done"),
    ImportState.CANCELLED: gettext_noop("Thrown away"),
}
OUTCOMES = {
    "exists": gettext_noop("There already"),
    "refused": gettext_noop("Refused"),
}


@blueprint.get("/users/import")
@access.access(UPLOADS)
def import_users() -> Response:
    """Which file, and why; below, those of the last weeks."""
    return _show()


@blueprint.post("/users/import")
@access.access(UPLOADS)
def submit_import_users() -> Response:
    """Keep the file; nobody is made by it yet."""
    because, file = reason(), request.files.get("file")
    errors: dict[str, str] = {}
    form = source.form_of(file.filename or "") if file else None
    if file is None or form is None:
        errors["file"] = _("Choose a file whose name ends with .csv, .json or .jsonl.")
    if problem := reason_problem(because):
        errors["reason"] = problem
    if errors or file is None or form is None:
        return _show(errors=errors)
    made = stored.upload(
        file.stream, form, name=file.filename or "", by=f"user:{me().id}", reason=because
    )
    if isinstance(made, Problem):
        return _show(errors={"file": made.sentence})
    return _to_import(made.id)


@blueprint.get("/users/import/<import_id>")
@access.access(READS)
def user_import(import_id: str) -> Response:
    """How far it is, what was found, and the way on."""
    one = _existing(import_id)
    return page(
        "admin/users/import_show.html",
        one=one,
        state=_(STATES[ImportState(one.state)]),
        part=100 * one.position // one.size if one.size else 100,
        first_row=stored.layout_of(one)[1].row,
        lines=report.lines(one, most=LINES),
        outcomes={name: _(text) for name, text in OUTCOMES.items()},
        notice=notices.asked_for(),
    )


@blueprint.get("/users/import/<import_id>/report")
@access.access(READS)
def user_import_report(import_id: str) -> Response:
    """Every row that was not taken over, as CSV."""
    one = _existing(import_id)
    response = Response(
        stream_with_context(report.as_csv(one)), content_type="text/csv; charset=utf-8"
    )
    response.headers["Content-Disposition"] = 'attachment; filename="import-report.csv"'
    return response


@blueprint.post("/users/import/<import_id>/confirm")
@access.access(WRITES)
def submit_confirm_import(import_id: str) -> Response:
    """Yes. What has changed since the dry run is judged again, row by row."""
    _existing(import_id)
    stored.confirm(import_id)
    return _to_import(import_id)


@blueprint.post("/users/import/<import_id>/cancel")
@access.access(WRITES)
def submit_cancel_import(import_id: str) -> Response:
    """No, or no further."""
    _existing(import_id)
    notice = "import-cancelled" if stored.cancel(import_id) else None
    return _to_import(import_id, notice)


def _existing(import_id: str) -> UserImport:
    one = stored.find(import_id)
    if one is None:
        raise NotFound
    return one


def _to_import(import_id: str, notice: str | None = None) -> Response:
    return see_other(url_for("admin.user_import", import_id=import_id, notice=notice))


def _show(errors: dict[str, str] | None = None) -> Response:
    return page(
        "admin/users/import.html",
        FAILED_FORM if errors else 200,
        errors=errors or {},
        reason=request.form.get("reason", ""),
        longest=administered.LONGEST_REASON,
        columns=(*rows.COLUMNS, *own_claims.columns()),
        megabytes=stored.LARGEST >> 20,
        imports=[(one, _(STATES[ImportState(one.state)])) for one in stored.newest()],
    )
