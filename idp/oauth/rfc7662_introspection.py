"""RFC 7662, token introspection: whether a token is good, told to those whom it concerns.

Those are the confidential client it was issued to and the resource server it names as audience
(the client whose registered `resource` it is). A refresh token concerns its client alone; its
answer has neither `token_type` nor `aud`, so nobody takes it for an access token.
"""

from __future__ import annotations

from typing import Any, cast

from authlib.oauth2.rfc6749.errors import InvalidRequestError
from sqlalchemy import Table, bindparam, select

from idp import clock
from idp.clients import registry
from idp.clients.registered import RegisteredClient
from idp.models import DeniedToken
from idp.oauth import (
    issuing,
    refresh_tokens,
    rfc6749_client_authentication,
    rfc9068_jwt_access_token,
)
from idp.oauth.errors import InvalidClient
from idp.oauth.parameters import Received
from idp.oauth.tables import (
    FAMILY_IS_LIVE,
    connection,
    families,
    live_at,
    sessions,
    users,
)

ENDPOINTS = {"introspection_endpoint": "/introspect"}
METADATA = {
    "introspection_endpoint_auth_methods_supported": [
        method
        for method in rfc6749_client_authentication.METADATA[
            "token_endpoint_auth_methods_supported"
        ]
        if method != "none"
    ]
}

_TOLD = (
    *("scope", "client_id", "iss", "sub", "aud", "exp", "iat", "jti"),
    *("acr", "amr", "auth_time", "sid", "cnf"),
)
"""§2.2, with the facts of the sign-in (RFC 9470 §6.2)."""

_denied_tokens = cast("Table", DeniedToken.__table__)

_FAMILY = (
    select(families.c.revoked_at, users.c.disabled_at, FAMILY_IS_LIVE)
    .select_from(families)
    .join(users, users.c.id == families.c.user_id)
    .outerjoin(sessions, sessions.c.id == families.c.session_id)
    .where(families.c.id == bindparam("family_id"))
)
_DENIAL = select(_denied_tokens.c.jti).where(_denied_tokens.c.jti == bindparam("wanted_jti"))


def introspect(client: RegisteredClient, received: Received) -> dict[str, Any]:
    """§2.1, §2.2. Whatever may not be told is inactive, and nothing else is said of it."""
    if client.is_public:
        raise InvalidClient("a public client may not introspect", client)
    token = received.get("token")
    if token is None:
        raise InvalidRequestError("The token is missing.")
    is_refresh_token = token.startswith(refresh_tokens.PREFIX)
    told = _refresh_token(client, token) if is_refresh_token else _access_token(client, token)
    return {"active": False} if told is None else {"active": True} | told


def _access_token(caller: RegisteredClient, token: str) -> dict[str, Any] | None:
    claims = rfc9068_jwt_access_token.claims_of(token)
    if claims is None or not _concerns(caller, claims) or not _is_alive(claims):
        return None
    told = {name: claims[name] for name in _TOLD if name in claims}
    return told | {"token_type": issuing.TOKEN_TYPE}


def _concerns(caller: RegisteredClient, claims: dict[str, Any]) -> bool:
    """§4: everybody else would learn whose tokens pass by."""
    audience = claims["aud"] if isinstance(claims["aud"], list) else [claims["aud"]]
    is_audience = caller.metadata.get("resource") in audience
    return is_audience or claims["client_id"] == caller.client_id


def _is_alive(claims: dict[str, Any]) -> bool:
    """Signature and expiry are known to be good. One read says the rest."""
    owner = registry.find(claims["client_id"])
    if owner is None or not owner.is_enabled:
        return False
    if "fam" not in claims:
        return connection().execute(_DENIAL, {"wanted_jti": claims["jti"]}).first() is None
    wanted = {"family_id": claims["fam"]} | live_at(clock.now())
    row = connection().execute(_FAMILY, wanted).first()
    return row is not None and not row.revoked_at and not row.disabled_at and bool(row.is_live)


def _refresh_token(caller: RegisteredClient, token: str) -> dict[str, Any] | None:
    found = refresh_tokens.find(token, caller)
    now = clock.now()
    if found is None or found.is_void or found.is_spent:
        return None
    ends_at = min(found.expires_at, found.family_expires_at)
    if ends_at <= now:
        return None
    granted = found.authorization
    told: dict[str, Any] = {
        "scope": " ".join(granted.scope),
        "client_id": caller.client_id,
        "sub": granted.sub,
        "exp": int(ends_at.timestamp()),
        "auth_time": granted.auth_time,
        "sid": granted.sid,
    }
    if granted.acr is not None:
        told["acr"] = granted.acr
    if granted.amr:
        told["amr"] = list(granted.amr)
    return told
