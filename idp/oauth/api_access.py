"""A bearer token at an API of ours: whose it is, what it is for, how its user was proven.

It has to be meant for this API and for nobody else but us, so that no other resource server can
carry it here. What its client may have is asked anew at each call: a scope that was taken away
opens nothing, whatever the token says.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

from idp.authentication.assurance import Assurance, level_of
from idp.clients.registered import RegisteredClient
from idp.extensions import settings
from idp.oauth import rfc7662_introspection, rfc9068_jwt_access_token, rfc9449_dpop
from idp.oauth.errors import OAuth2Error
from idp.oauth.machine import MachineRequest
from idp.oauth.rfc6750_bearer import NoToken, presented


class Denied(StrEnum):
    """Why there is nobody to answer."""

    NO_TOKEN = "no token"  # noqa: S105  a reason
    MALFORMED = "malformed, expired or not ours"
    OTHER_AUDIENCE = "for another audience"
    OVER = "revoked, or what it hangs on has ended"
    NOT_PROVEN = "bound to a key that was not proven"


@dataclass(frozen=True, slots=True)
class Bearer:
    """Who calls. `user_id`: for whom the client speaks; None: for itself."""

    client: RegisteredClient
    user_id: str | None
    scope: frozenset[str]
    sid: str
    level: Assurance
    proven_at: datetime | None


def judge(request: MachineRequest, audience: str) -> Bearer | Denied:
    """RFC 9068 §4; the token comes in the header and nowhere else (RFC 6750 §2.1)."""
    try:
        shown = presented(request)
    except NoToken:
        return Denied.NO_TOKEN
    except OAuth2Error:
        return Denied.MALFORMED
    claims = rfc9068_jwt_access_token.claims_of(shown.token)
    if claims is None:
        return Denied.MALFORMED
    if not _is_for(audience, claims):
        return Denied.OTHER_AUDIENCE
    try:
        rfc9449_dpop.require_possession(shown, rfc9068_jwt_access_token.key_of(claims), request)
    except OAuth2Error:
        return Denied.NOT_PROVEN
    holder = rfc7662_introspection.holder_of(claims)
    return Denied.OVER if holder is None else _bearer(holder, claims)


def _is_for(audience: str, claims: Mapping[str, Any]) -> bool:
    named = claims["aud"] if isinstance(claims["aud"], list) else [claims["aud"]]
    return audience in named and set(named) <= {audience, settings().issuer}


def _bearer(holder: rfc7662_introspection.Holder, claims: Mapping[str, Any]) -> Bearer:
    proven = claims.get("auth_time")
    return Bearer(
        client=holder.client,
        user_id=holder.user_id,
        scope=frozenset(claims.get("scope", "").split()) & holder.client.scopes,
        sid=claims.get("sid", ""),
        level=level_of(claims.get("acr")),
        proven_at=datetime.fromtimestamp(proven, UTC) if proven is not None else None,
    )
