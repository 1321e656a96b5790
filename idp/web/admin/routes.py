"""The blueprint of the administration, who acts, and what every page of it is told."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, g
from werkzeug.exceptions import Gone

from idp.accounts import permissions
from idp.accounts.permissions import Permission
from idp.extensions import db
from idp.models import User
from idp.web import current
from idp.web.admin import navigation

blueprint = Blueprint("admin", __name__, url_prefix="/admin")


def me() -> User:
    """Who acts; the guard has found a role that allows it."""
    user = db.session.get(User, current.session().user_id)
    if user is None:
        raise Gone("the account was closed meanwhile")
    return user


def verbs() -> frozenset[Permission]:
    """All that who acts may do here: by role, and on a page about an app that they look after also
    by that. The guard has found them.
    """
    found: frozenset[Permission] = g.get("verbs", frozenset())
    return found


def may(permission: Permission) -> bool:
    """Whether who acts may do this too, for buttons that would only lead to a refusal."""
    return permission in verbs()


@blueprint.context_processor
def _variables() -> dict[str, Any]:
    # An error page of somebody who is not signed in comes by here as well.
    role = me().role if g.get("recognised_session") else None
    return {
        "navigation": navigation.of(role),
        "may": frozenset(one.value for one in verbs()),
        "administers": bool(permissions.of(role)),
    }
