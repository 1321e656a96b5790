"""The apps that may use the signed-in user's account, and how any of them loses that."""

from __future__ import annotations

from typing import Any

from flask import Response
from werkzeug.exceptions import NotFound

from idp.accounts import connected_apps
from idp.accounts.connected_apps import ConnectedApp
from idp.models import User
from idp.web import access, scopes
from idp.web.account import notices
from idp.web.account.routes import blueprint, me, to_apps
from idp.web.cards import client_card
from idp.web.pages import page


@blueprint.get("/apps")
@access.access(access.SIGNED_IN)
def apps() -> Response:
    """By name."""
    user = me()
    return page(
        "account/apps.html",
        apps=[_card(app, user) for app in connected_apps.of(user.id)],
        notice=notices.asked_for(),
    )


@blueprint.get("/apps/<path:client_id>/remove")
@access.access(access.SIGNED_IN)
def remove_app(client_id: str) -> Response:
    """A page, not a dialog: what it means, before it is done."""
    user = me()
    return page("account/remove_app.html", app=_card(_mine(user, client_id), user))


@blueprint.post("/apps/<path:client_id>/remove")
@access.access(access.SIGNED_IN)
def submit_remove_app(client_id: str) -> Response:
    """Consent, tokens, and what the app itself remembers of a sign-in."""
    user = me()
    app = _mine(user, client_id)
    connected_apps.remove(user.id, app)
    return to_apps("app-removed" if app.has_consent else "app-signed-out")


def _mine(user: User, client_id: str) -> ConnectedApp:
    found = connected_apps.find(user.id, client_id)
    if found is None:
        raise NotFound
    return found


def _card(app: ConnectedApp, user: User) -> dict[str, Any]:
    known = [name for name in scopes.SCOPES if name in app.scope]
    scope = (*known, *(name for name in app.scope if name not in scopes.SCOPES))
    return {
        "client_id": app.client.client_id,
        "client": client_card(app.client),
        "scopes": scopes.lines(scope, user, app.claims),
        "offline": "offline_access" in app.scope,
        "first_at": app.first_at,
        "last_used_at": app.last_used_at,
        "has_consent": app.has_consent,
    }
