"""The account at a glance: two-step sign-in, what needs attention, this device."""

from __future__ import annotations

from flask import Response
from sqlalchemy import select

from idp.authentication import evidence, totp
from idp.authentication.session import RecognisedSession
from idp.extensions import db
from idp.language import gettext as _
from idp.models import Session
from idp.web import access, current
from idp.web.account import notices, recovery_codes
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
        authenticators=totp.enrolled(user),
        recovery_codes=recovery_codes.panel(user),
        session=_this_device(current.session()),
        notice=notices.asked_for(),
        is_admin=user.role is not None,
    )


def _this_device(session: RecognisedSession) -> dict[str, object]:
    row = db.session.execute(
        select(Session.user_agent, Session.address).where(Session.id == session.id)
    ).one()
    return {
        "browser": browser_name(row.user_agent),
        "address": row.address,
        "started_at": session.started_at,
        "amr": evidence.amr(session.proofs),
    }


def browser_name(user_agent: str) -> str:
    """A rough name of browser and system, for people to recognise."""
    browsers = (
        ("Edg/", "Edge"),
        ("OPR/", "Opera"),
        ("Firefox/", "Firefox"),
        ("Chrome/", "Chrome"),
        ("Safari/", "Safari"),
    )
    systems = (
        ("Android", "Android"),
        ("iPhone", "iPhone"),
        ("iPad", "iPad"),
        ("Windows", "Windows"),
        ("Mac OS X", "macOS"),
        ("CrOS", "ChromeOS"),
        ("Linux", "Linux"),
    )
    name = next((label for mark, label in browsers if mark in user_agent), None)
    system = next((label for mark, label in systems if mark in user_agent), None)
    if name and system:
        return _("%(browser)s on %(system)s", browser=name, system=system)
    return name or system or _("Unknown browser")
