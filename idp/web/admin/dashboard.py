"""How it goes: the last day in numbers, what the doctor sees at a glance, what is to be done."""

from __future__ import annotations

from flask import Response, url_for

from idp import doctor
from idp.accounts import at_a_glance
from idp.accounts.permissions import Permission
from idp.clients import listing
from idp.clients.listing import Only
from idp.doctor import Finding, Level
from idp.language import ngettext
from idp.web import access
from idp.web.admin import notices
from idp.web.admin.routes import blueprint, may
from idp.web.pages import page


@blueprint.get("/")
@access.access(access.admin(Permission.DASHBOARD_READ))
def dashboard() -> Response:
    """The first page of the administration."""
    findings = doctor.examine_quickly()
    return page(
        "admin/dashboard.html",
        figures=at_a_glance.figures(),
        to_dos=_to_dos(),
        wrong=[(subject, found) for subject, found in findings if _is_wrong(found)],
        well=[(subject, found) for subject, found in findings if not _is_wrong(found)],
        notice=notices.asked_for(),
    )


def _to_dos() -> list[dict[str, str]]:
    """What somebody who may read the apps should look at."""
    if not may(Permission.CLIENTS_READ):
        return []
    plain, bare = listing.count(Only.PLAIN_HTTP), listing.count(Only.WITHOUT_PKCE)
    counted = (
        (
            Only.PLAIN_HTTP,
            plain,
            ngettext("%(num)s app uses http redirects.", "%(num)s apps use http redirects.", plain),
        ),
        (
            Only.WITHOUT_PKCE,
            bare,
            ngettext("%(num)s app may do without PKCE.", "%(num)s apps may do without PKCE.", bare),
        ),
    )
    return [
        {"text": text, "url": url_for("admin.clients", show=only.value)}
        for only, number, text in counted
        if number
    ]


def _is_wrong(finding: Finding) -> bool:
    return finding.level is not Level.OK
