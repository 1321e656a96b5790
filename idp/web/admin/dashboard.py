"""How it goes: the last day in numbers, what the doctor sees at a glance, what is to be done."""

from __future__ import annotations

from flask import Response, url_for

from idp import doctor
from idp.accounts import at_a_glance, factor_reset
from idp.accounts.permissions import Permission
from idp.audit import activity
from idp.clients import listing
from idp.clients.listing import Only
from idp.doctor import Finding, Level
from idp.language import gettext as _
from idp.language import ngettext
from idp.web import access
from idp.web.admin import charts, notices
from idp.web.admin.routes import blueprint, may
from idp.web.admin.users import factor_resets
from idp.web.pages import page

MOST_RESETS = 20
"""The oldest; whoever has more has other worries."""


@blueprint.get("/")
@access.access(access.admin(Permission.DASHBOARD_READ))
def dashboard() -> Response:
    """The first page of the administration."""
    findings = doctor.examine_quickly()
    hours = activity.by_hour(activity.KEPT // activity.HOUR)
    return page(
        "admin/dashboard.html",
        figures=at_a_glance.figures(),
        charts=charts.charts(hours),
        to_dos=_to_dos(),
        wrong=[(subject, found) for subject, found in findings if _is_wrong(found)],
        well=[(subject, found) for subject, found in findings if not _is_wrong(found)],
        notice=notices.asked_for(),
    )


def _to_dos() -> list[dict[str, str]]:
    """What somebody of this role should look at."""
    return _resets() + _apps()


def _resets() -> list[dict[str, str]]:
    if not may(Permission.USERS_READ):
        return []
    return [
        {
            "text": factor_resets.to_do(user),
            "url": url_for("admin.user", user_id=user.id),
            "label": _("Open"),
        }
        for _reset, user in factor_reset.waiting(most=MOST_RESETS)
    ]


def _apps() -> list[dict[str, str]]:
    if not may(Permission.CLIENTS_READ):
        return []
    if listing.is_empty() and may(Permission.CLIENTS_WRITE):
        return [
            {
                "text": _("Register your first app: it takes a minute."),
                "url": url_for("admin.new_client"),
                "label": _("Register an app"),
            }
        ]
    plain, bare = listing.count(Only.PLAIN_HTTP), listing.count(Only.WITHOUT_PKCE)
    left = listing.count(Only.ABANDONED)
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
        (
            Only.ABANDONED,
            left,
            ngettext(
                "%(num)s app has lost its last owner.",
                "%(num)s apps have lost their last owner.",
                left,
            ),
        ),
    )
    return [
        {"text": text, "url": url_for("admin.clients", show=only.value)}
        for only, number, text in counted
        if number
    ]


def _is_wrong(finding: Finding) -> bool:
    return finding.level is not Level.OK
