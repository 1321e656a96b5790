"""The blueprint of the administration, who acts, and what every page of it is told."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, g

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
        raise LookupError("the signed-in user has gone")
    return user


def may(permission: Permission) -> bool:
    """Whether who acts may do this too, for buttons that would only lead to a refusal."""
    return permissions.allows(me().role, permission)


@blueprint.context_processor
def _variables() -> dict[str, Any]:
    # An error page of somebody who is not signed in comes by here as well.
    role = me().role if g.get("recognised_session") else None
    return {"navigation": navigation.of(role), "may": _allows_by_name(role)}


def _allows_by_name(role: str | None) -> frozenset[str]:
    """For templates: `"clients.write" in may`."""
    return frozenset(one.value for one in permissions.of(role))
