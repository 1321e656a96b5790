"""The account at a glance: two-step sign-in, recovery codes, password, this device."""

from __future__ import annotations

from flask import Response, request, url_for
from sqlalchemy import select

from idp.authentication import evidence, recovery_code, totp
from idp.authentication.session import RecognisedSession
from idp.extensions import db
from idp.models import Password, Session, User
from idp.web import access, current
from idp.web.account.routes import blueprint, me
from idp.web.cards import person_card
from idp.web.language import gettext as _
from idp.web.pages import page

LOW_ON_CODES = 3

NOTICES = {
    "totp-added": "Authenticator app added.",
    "totp-removed": "Authenticator app removed.",
    "codes-saved": "Your recovery codes are in force. Any older ones have ended.",
}
"""What the page confirms, by the key in its address: never a text from the address."""


@blueprint.get("/")
@access.access(access.SIGNED_IN)
def overview() -> Response:
    """The first page of the account."""
    user = me()
    authenticators = totp.enrolled(user)
    left = recovery_code.left(user)
    notice = NOTICES.get(request.args.get("notice", ""))
    return page(
        "account/overview.html",
        user=person_card(user),
        authenticators=authenticators,
        two_step=bool(authenticators),
        recovery_codes_left=left if authenticators else None,
        recovery_low=left <= LOW_ON_CODES,
        password_changed_at=_password_changed_at(user),
        enrol_url=url_for("account.add_totp"),
        remove_url=_remove_url,
        regenerate_url=url_for("account.regenerate_codes"),
        session=_this_device(current.session()),
        notice=_(notice) if notice else None,
        is_admin=user.role is not None,
    )


def _remove_url(credential_id: str) -> str:
    return url_for("account.remove_totp", credential_id=credential_id)


def _password_changed_at(user: User) -> object:
    return db.session.scalar(select(Password.changed_at).where(Password.user_id == user.id))


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
