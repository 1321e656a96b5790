"""The person that an address of the administration names, and the reason that a form gives."""

from __future__ import annotations

from flask import Response, request, url_for
from werkzeug.exceptions import NotFound

from idp import origin
from idp.accounts import administered
from idp.accounts.permissions import Permission
from idp.audit import record
from idp.audit.catalogue import AdministrationRefused
from idp.extensions import db
from idp.language import gettext as _
from idp.language import gettext_noop
from idp.models import Role, User
from idp.web import errors
from idp.web.admin.routes import me
from idp.web.pages import see_other

ROLE_NAMES = {
    Role.SUPPORT: gettext_noop("Support"),
    Role.AUDITOR: gettext_noop("Auditor"),
    Role.CLIENT_MANAGER: gettext_noop("App manager"),
    Role.OWNER: gettext_noop("Owner"),
}


def role_name(role: str | None) -> str:
    """In a word; a role that is not known stands as it is stored."""
    if role is None:
        return ""
    return _(ROLE_NAMES[Role(role)]) if role in set(Role) else role


def existing(user_id: str) -> User:
    """Also a disabled one."""
    user = db.session.get(User, user_id)
    if user is None:
        raise NotFound
    return user


def out_of_reach(user: User) -> Response | None:
    """The refusal for an administrator who may not touch this account."""
    if administered.may_touch(me(), user):
        return None
    record(AdministrationRefused(user_id=user.id, permission=Permission.ROLES_WRITE))
    return errors.not_permitted()


def reason() -> str:
    """As it was typed, in one line; whatever this request does from here on is done for it."""
    given = " ".join(request.form.get("reason", "").split())
    origin.because(given)
    return given


def reason_problem(given: str) -> str | None:
    """Why the reason will not do."""
    if not given:
        return _("Say why. It is kept in the audit log.")
    if len(given) > administered.LONGEST_REASON:
        return _("Say it in at most %(most)s characters.", most=administered.LONGEST_REASON)
    return None


def why_problems() -> dict[str, str]:
    """What is wrong with the reason of the form in hand, by its field."""
    problem = reason_problem(reason())
    return {"reason": problem} if problem else {}


def to_user(user: User, notice: str | None = None) -> Response:
    """Back to the person's page."""
    return see_other(url_for("admin.user", user_id=user.id, notice=notice))
