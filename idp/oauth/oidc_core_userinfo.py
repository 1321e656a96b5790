"""OpenID Connect Core §5.3, UserInfo: what scopes and `claims` release about a token's user."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import bindparam, select

from idp import clock
from idp.clients import registry
from idp.clients.registered import RegisteredClient
from idp.extensions import settings
from idp.oauth import (
    authorization,
    claims,
    person,
    rfc6750_bearer,
    rfc9068_jwt_access_token,
    rfc9449_dpop,
)
from idp.oauth.machine import MachineRequest
from idp.oauth.rfc6750_bearer import InsufficientScope
from idp.oauth.subject import sub_of
from idp.oauth.tables import (
    FAMILY_IS_LIVE,
    email_addresses,
    families,
    live_at,
    sessions,
    users,
)
from idp.prepared import Found, Prepared
from idp.signing import algorithms, jwt

ENDPOINTS = {"userinfo_endpoint": "/userinfo"}
METADATA = {"userinfo_signing_alg_values_supported": list(algorithms.OFFERED)}

_FIND = Prepared(
    select(
        users.c.sub,
        *person.COLUMNS,
        users.c.disabled_at,
        families.c.revoked_at,
        families.c.approval,
        FAMILY_IS_LIVE,
    )
    .select_from(families)
    .join(users, users.c.id == families.c.user_id)
    .outerjoin(sessions, sessions.c.id == families.c.session_id)
    .outerjoin(email_addresses, person.PRIMARY_ADDRESS)
    .where(families.c.id == bindparam("family_id"))
)


@dataclass(frozen=True, slots=True)
class Answer:
    """What a client is told, and by which algorithm it wants that signed."""

    client: RegisteredClient
    claims: dict[str, Any]
    scope: tuple[str, ...]

    @property
    def is_signed(self) -> bool:
        """As it was registered; the request has no say in it."""
        return self.client.userinfo_signed_response_alg is not None

    def signed(self) -> str:
        """§5.3.2: meant for this client, and said by us."""
        about = {"iss": settings().issuer, "aud": self.client.client_id}
        alg = self.client.userinfo_signed_response_alg or ""
        return jwt.sign(jwt.USERINFO, self.claims | about, alg)


def userinfo(request: MachineRequest) -> Answer:
    """§5.3.2. Raises `InvalidToken`, `InvalidProof`, `InsufficientScope` or `invalid_request`."""
    shown = rfc6750_bearer.presented(request)
    token = rfc9068_jwt_access_token.validate(shown.token)
    if token is None:
        raise shown.refused("not a good access token of ours")
    rfc9449_dpop.require_possession(shown, token.jkt, request)
    if "openid" not in token.scope or token.family_id is None:
        raise InsufficientScope("openid", shown.scheme)
    client = registry.find(token.client_id)
    if client is None or not client.is_enabled:
        raise shown.refused("client disabled")
    row = _row(token.family_id)
    if row is None:
        raise shown.refused("family revoked, user disabled or session over")
    if token.sub != sub_of(client, user_id=row.id, sub=row.sub):
        raise shown.refused("the client knows this user by another name now")
    wanted = authorization.claims_wanted(row.approval, "userinfo")
    own = authorization.own_claims(row.approval)
    about = claims.released(person.of_row(row, token.sub), token.scope, wanted, own)
    return Answer(client, about, token.scope)


def _row(family_id: str) -> Found:
    """One read: the family is the token's revocation, and the session its end unless offline. None:
    it is over.
    """
    row = _FIND.glance({"family_id": family_id} | live_at(clock.now()))
    if row is None or row.revoked_at or row.disabled_at or not row.is_live:
        return None
    return row
