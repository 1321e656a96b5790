"""How it goes: the last day in numbers, what the doctor sees at a glance, what is to be done."""

from __future__ import annotations

from flask import Response

from idp import doctor
from idp.accounts import at_a_glance
from idp.accounts.permissions import Permission
from idp.doctor import Finding, Level
from idp.web import access
from idp.web.admin import notices
from idp.web.admin.routes import blueprint
from idp.web.pages import page


@blueprint.get("/")
@access.access(access.admin(Permission.DASHBOARD_READ))
def dashboard() -> Response:
    """The first page of the administration."""
    findings = doctor.examine_quickly()
    return page(
        "admin/dashboard.html",
        figures=at_a_glance.figures(),
        wrong=[(subject, found) for subject, found in findings if _is_wrong(found)],
        well=[(subject, found) for subject, found in findings if not _is_wrong(found)],
        notice=notices.asked_for(),
    )


def _is_wrong(finding: Finding) -> bool:
    return finding.level is not Level.OK
