"""One person: how they sign in, where they are signed in, and what may be done."""

from __future__ import annotations

from flask import Response, url_for

from idp import user_agent
from idp.accounts import administered, directory
from idp.accounts.permissions import Permission
from idp.authentication import session_list
from idp.web import access
from idp.web.admin import notices
from idp.web.admin.routes import blueprint, may, me
from idp.web.admin.users import claims, factor_resets
from idp.web.admin.users.acts import offered
from idp.web.admin.users.found import existing, role_name
from idp.web.pages import page


@blueprint.get("/users/<user_id>")
@access.access(access.admin(Permission.USERS_READ))
def user(user_id: str) -> Response:
    """No secret of theirs is on it, and none can be typed."""
    found = existing(user_id)
    can_write = may(Permission.USERS_WRITE) and administered.may_touch(me(), found)
    return page(
        "admin/users/show.html",
        person=found,
        role_name=role_name,
        entry=directory.find(found.id),
        sessions=[
            {
                "browser": user_agent.in_words(one.user_agent),
                "address": one.address,
                "started_at": one.started_at,
                "last_seen_at": one.last_seen_at,
            }
            for one in session_list.of(found.id)
        ],
        acts=[(name, act.link()) for name, act in offered(found)] if can_write else [],
        reset=factor_resets.shown(found),
        told=claims.shown(found) if may(Permission.GROUPS_READ) else None,
        can_change_claims=may(Permission.GROUPS_WRITE) and administered.may_touch(me(), found),
        can_change_role=may(Permission.ROLES_WRITE),
        audit_url=url_for("admin.audit", subject=found.id) if may(Permission.AUDIT_READ) else None,
        notice=notices.asked_for(),
    )
