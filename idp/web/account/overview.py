"""The account at a glance: two-step sign-in, what needs attention, this device."""

from __future__ import annotations

from flask import Response

from idp.accounts import app_people
from idp.authentication import enrolled
from idp.web import access
from idp.web.account import activity, notices, recovery_codes, sessions
from idp.web.account.routes import blueprint, me
from idp.web.cards import person_card
from idp.web.pages import page


@blueprint.get("/")
@access.access(access.SIGNED_IN)
def overview() -> Response:
    """The first page of the account."""
    user = me()
    return page(
        "account/overview.html",
        user=person_card(user),
        two_step=enrolled.has_second_factor(user.id),
        recovery_codes=recovery_codes.panel(user),
        recent=activity.recent_changes(user),
        session=sessions.this_browser(),
        notice=notices.asked_for(),
        is_admin=user.role is not None,
        looks_after_apps=bool(app_people.apps_of(user.id)),
    )
