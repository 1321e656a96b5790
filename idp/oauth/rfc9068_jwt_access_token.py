"""RFC 9068, JWT access tokens: `at+jwt`, ES256 unless its client is registered for another
algorithm, no profile data.

`fam` (ours) names the token family whose row revokes it; without a user there is none.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from idp import clock, opaque
from idp.clients.registered import RegisteredClient
from idp.extensions import settings
from idp.oauth.authorization import Authorization
from idp.signing import jwt
from idp.signing.algorithms import OFFERED


@dataclass(frozen=True, slots=True)
class Issued:
    """A token and its lifetime in seconds."""

    token: str
    expires_in: int
    token_type: str


@dataclass(frozen=True, slots=True)
class AccessToken:
    """The claims of a good token that was meant for us."""

    sub: str
    client_id: str
    scope: tuple[str, ...]
    family_id: str | None
    jkt: str | None
    """The key that it is bound to (RFC 9449 §6.1)."""


def for_user(
    client: RegisteredClient,
    granted: Authorization,
    scope: tuple[str, ...],
    resource: tuple[str, ...],
    jkt: str | None = None,
) -> Issued:
    """§2.2, with the facts of the sign-in (§2.2.1) that RFC 9470 lets a resource server judge.
    `jkt`: the key that it is to be bound to.
    """
    claims: dict[str, Any] = {"sub": granted.sub, "auth_time": granted.auth_time}
    if granted.acr is not None:
        claims["acr"] = granted.acr
    if granted.amr:
        claims["amr"] = granted.amr
    claims |= {"sid": granted.sid, "fam": granted.family_id}
    return _issue(client, claims, scope, resource, jkt)


def for_client(
    client: RegisteredClient,
    scope: tuple[str, ...],
    resource: tuple[str, ...],
    jkt: str | None = None,
) -> Issued:
    """§2.2: without a user the subject is the client itself."""
    return _issue(client, {"sub": client.client_id}, scope, resource, jkt)


def claims_of(token: str) -> jwt.Claims | None:
    """§4: type, algorithm, issuer and expiry are good; the audience may be anybody."""
    try:
        return jwt.verify(token, typ=jwt.ACCESS_TOKEN, algs=OFFERED)
    except jwt.InvalidToken:
        return None


def validate(token: str) -> AccessToken | None:
    """The same, and meant for us; revocation is asked of the family's row."""
    claims = claims_of(token)
    if claims is None:
        return None
    audience = claims["aud"]
    if settings().issuer not in (audience if isinstance(audience, list) else [audience]):
        return None
    return AccessToken(
        sub=claims["sub"],
        client_id=claims["client_id"],
        scope=tuple(claims.get("scope", "").split()),
        family_id=claims.get("fam"),
        jkt=key_of(claims),
    )


def key_of(claims: Mapping[str, Any]) -> str | None:
    """RFC 9449 §6.1: the thumbprint of the key that a token is bound to."""
    confirmed = claims.get("cnf")
    return None if confirmed is None else confirmed.get("jkt")


def type_of(jkt: str | None) -> str:
    """RFC 6749 §7.1: how it is to be shown."""
    return "Bearer" if jkt is None else "DPoP"


def _issue(
    client: RegisteredClient,
    claims: dict[str, Any],
    scope: tuple[str, ...],
    resource: tuple[str, ...],
    jkt: str | None,
) -> Issued:
    now, issuer = int(clock.now().timestamp()), settings().issuer
    lifetime = lifetime_of(client)
    claims |= {
        "iss": issuer,
        "aud": _audience(scope, resource, issuer),
        "client_id": client.client_id,
        "iat": now,
        "exp": now + lifetime,
        "jti": _jti(claims.get("fam")),
    }
    if scope:
        claims["scope"] = " ".join(scope)
    if jkt is not None:
        claims["cnf"] = {"jkt": jkt}
    token = jwt.sign(jwt.ACCESS_TOKEN, claims, client.access_token_signed_response_alg)
    return Issued(token, lifetime, type_of(jkt))


def lifetime_of(client: RegisteredClient) -> int:
    """Seconds: the app's own, else everybody's."""
    own = client.access_token_lifetime
    return own or int(settings().tokens.access_token_lifetime.total_seconds())


def _jti(family_id: str | None) -> str:
    """Leads to its family, also when nothing else of the token is known any more."""
    made = opaque.identifier()
    return made if family_id is None else f"{family_id}.{made}"


def _audience(scope: tuple[str, ...], resource: tuple[str, ...], ourselves: str) -> str | list[str]:
    """§3: the resources asked for, else ourselves; UserInfo stays open to a token with `openid`."""
    audience = [*resource]
    if not audience or "openid" in scope:
        audience.append(ourselves)
    return audience[0] if len(audience) == 1 else audience
