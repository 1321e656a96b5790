"""RFC 7662, token introspection: whether a token is good, told to those whom it concerns.

Those are the confidential client it was issued to and the resource server it names as audience
(the client whose registered `resource` it is). A refresh token concerns its client alone; its
answer has neither `token_type` nor `aud`, so nobody takes it for an access token.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, cast

from authlib.oauth2.rfc6749.errors import InvalidRequestError
from sqlalchemy import Table, bindparam, select

from idp import clock
from idp.clients import registry
from idp.clients.registered import RegisteredClient
from idp.models import DeniedToken
from idp.oauth import (
    refresh_tokens,
    rfc6749_client_authentication,
    rfc9068_jwt_access_token,
)
from idp.oauth.errors import InvalidClient
from idp.oauth.parameters import Received
from idp.oauth.tables import (
    FAMILY_IS_LIVE,
    families,
    live_at,
    sessions,
    users,
)
from idp.prepared import Prepared

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

_FAMILY = Prepared(
    select(families.c.user_id, families.c.revoked_at, users.c.disabled_at, FAMILY_IS_LIVE)
    .select_from(families)
    .join(users, users.c.id == families.c.user_id)
    .outerjoin(sessions, sessions.c.id == families.c.session_id)
    .where(families.c.id == bindparam("family_id"))
)
_DENIAL = Prepared(
    select(_denied_tokens.c.jti).where(_denied_tokens.c.jti == bindparam("wanted_jti"))
)


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
    if claims is None or not _concerns(caller, claims) or holder_of(claims) is None:
        return None
    told = {name: claims[name] for name in _TOLD if name in claims}
    bound_to = rfc9068_jwt_access_token.key_of(claims)
    return told | {"token_type": rfc9068_jwt_access_token.type_of(bound_to)}


def _concerns(caller: RegisteredClient, claims: dict[str, Any]) -> bool:
    """§4: everybody else would learn whose tokens pass by."""
    audience = claims["aud"] if isinstance(claims["aud"], list) else [claims["aud"]]
    is_audience = caller.metadata.get("resource") in audience
    return is_audience or claims["client_id"] == caller.client_id


@dataclass(frozen=True, slots=True)
class Holder:
    """Whose an access token is. `user_id`: for whom it speaks; None: for the client itself."""

    client: RegisteredClient
    user_id: str | None


def holder_of(claims: Mapping[str, Any]) -> Holder | None:
    """§2.2: of a token whose signature and expiry are known to be good. One read says the rest;
    None: it was revoked, or what it hangs on has ended.
    """
    client = registry.find(claims["client_id"])
    if client is None or not client.is_enabled:
        return None
    if "fam" not in claims:
        denial = _DENIAL.glance({"wanted_jti": claims["jti"]})
        return Holder(client, None) if denial is None else None
    wanted = {"family_id": claims["fam"]} | live_at(clock.now())
    row = _FAMILY.glance(wanted)
    if row is None or row.revoked_at or row.disabled_at or not row.is_live:
        return None
    return Holder(client, row.user_id)


def _refresh_token(caller: RegisteredClient, token: str) -> dict[str, Any] | None:
    found = refresh_tokens.glance(token, caller)
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
