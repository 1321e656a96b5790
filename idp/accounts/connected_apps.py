"""What a user has connected to the account: consent that is remembered, and whoever holds tokens
without it. Shown, and taken back (R49).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from idp import audit
from idp.accounts import logout_notices
from idp.audit import catalogue
from idp.clients import registry
from idp.clients.registered import RegisteredClient
from idp.extensions import db
from idp.grants import consent, revoke, use
from idp.grants.use import Family
from idp.models import Grant


@dataclass(frozen=True, slots=True)
class ConnectedApp:
    """A client, what it may do, and when it last did."""

    client: RegisteredClient
    scope: tuple[str, ...]
    claims: tuple[str, ...]
    first_at: datetime
    last_used_at: datetime
    has_consent: bool
    """Without it the app is trusted: it asks nobody, so there is no consent to take back."""


def of(user_id: str) -> list[ConnectedApp]:
    """By name. A client that has gone can do nothing any more."""
    remembered = select(Grant).where(Grant.user_id == user_id, Grant.revoked_at.is_(None))
    grants = {grant.client_id: grant for grant in db.session.scalars(remembered)}
    families = use.by_client(user_id)
    holding = {name for name, some in families.items() if any(one.is_live for one in some)}
    found = [
        _app(client, grants.get(client_id), families.get(client_id, ()))
        for client_id in grants.keys() | holding
        if (client := registry.find(client_id)) is not None
    ]
    return sorted(found, key=lambda app: (app.client.client_name.casefold(), app.client.client_id))


def find(user_id: str, client_id: str) -> ConnectedApp | None:
    """One of them."""
    return next((app for app in of(user_id) if app.client.client_id == client_id), None)


def remove(user_id: str, app: ConnectedApp) -> None:
    """Everything that it was given ends, and it is told that whoever was signed in is not."""
    logout_notices.announce_to(app.client, user_id)
    if app.has_consent:
        consent.withdraw(user_id, app.client.client_id)
        return
    revoke.by_client_and_user(app.client.client_id, user_id, because="app_signed_out")
    audit.record(catalogue.AppSignedOut(user_id=user_id, client_id=app.client.client_id))


def _app(client: RegisteredClient, grant: Grant | None, families: Sequence[Family]) -> ConnectedApp:
    begun = [family.began_at for family in families]
    used = [family.last_used_at for family in families]
    if grant is not None:
        begun.append(grant.created_at)
        used.append(grant.updated_at)
        scope = tuple(grant.scope.split())
    else:
        scope = tuple(dict.fromkeys(name for one in families if one.is_live for name in one.scope))
    return ConnectedApp(
        client,
        scope,
        tuple(grant.claims) if grant else (),
        first_at=min(begun),
        last_used_at=max(used),
        has_consent=grant is not None,
    )
