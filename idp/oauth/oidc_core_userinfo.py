"""OpenID Connect Core §5.3, UserInfo: what the granted scopes release about a token's user."""

from __future__ import annotations

from typing import Any

from sqlalchemy import and_, case, select

from idp import clock
from idp.clients import registry
from idp.oauth import claims, rfc6750_bearer, rfc9068_jwt_access_token
from idp.oauth.claims import Person
from idp.oauth.machine import MachineRequest
from idp.oauth.rfc6750_bearer import InsufficientScope, InvalidToken
from idp.oauth.rfc9068_jwt_access_token import AccessToken
from idp.oauth.tables import connection, email_addresses, families, session_is_live, sessions, users

ENDPOINTS = {"userinfo_endpoint": "/userinfo"}


def userinfo(request: MachineRequest) -> dict[str, Any]:
    """§5.3.2. Raises `InvalidToken`, `InsufficientScope` or `invalid_request`."""
    token = rfc9068_jwt_access_token.validate(rfc6750_bearer.token_of(request))
    if token is None:
        raise InvalidToken("not a good access token of ours")
    if "openid" not in token.scope or token.family_id is None:
        raise InsufficientScope("openid")
    client = registry.find(token.client_id)
    if client is None or not client.is_enabled:
        raise InvalidToken("client disabled")
    return claims.released(_person(token, token.family_id), token.scope)


def _person(token: AccessToken, family_id: str) -> Person:
    """One read: the family is the token's revocation, and the session its end unless offline."""
    is_live = case((families.c.offline.is_(True), True), else_=session_is_live(clock.now()))
    row = (
        connection()
        .execute(
            select(
                users.c.sub,
                users.c.name,
                users.c.claims,
                users.c.updated_at,
                users.c.disabled_at,
                email_addresses.c.address,
                email_addresses.c.verified_at,
                families.c.revoked_at,
                is_live.label("is_live"),
            )
            .select_from(families)
            .join(users, users.c.id == families.c.user_id)
            .outerjoin(sessions, sessions.c.id == families.c.session_id)
            .outerjoin(
                email_addresses,
                and_(
                    email_addresses.c.user_id == users.c.id, email_addresses.c.is_primary.is_(True)
                ),
            )
            .where(families.c.id == family_id)
        )
        .first()
    )
    if row is None or row.revoked_at or row.disabled_at or not row.is_live or row.sub != token.sub:
        raise InvalidToken("family revoked, user disabled or session over")
    return Person(
        sub=row.sub,
        name=row.name,
        claims=row.claims,
        updated_at=row.updated_at,
        email=row.address,
        email_verified=row.verified_at is not None,
    )
