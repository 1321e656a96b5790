"""What somebody may do to the app that a request is about, beside what their role allows."""

from __future__ import annotations

from flask import request

from idp.accounts import app_people, permissions
from idp.accounts.permissions import Permission
from idp.models import Standing, User
from idp.web.access import Access, Reach


def verbs(user: User, rule: Access) -> frozenset[Permission]:
    """None, unless the route says that it is open to owners and contacts."""
    return permissions.of_standing(_standing(user.id, rule))


def _standing(user_id: str, rule: Access) -> Standing | None:
    match rule.reach:
        case Reach.ROLE:
            return None
        case Reach.THEIR_CLIENTS:
            return app_people.best_standing_of(user_id)
        case Reach.THIS_CLIENT:
            return app_people.standing_of(user_id, (request.view_args or {})["client_id"])
