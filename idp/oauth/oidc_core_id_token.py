"""OpenID Connect Core §2, the ID token: protocol claims, and of the user's those asked for."""

from __future__ import annotations

import hashlib
from typing import Any

from idp import clock, opaque
from idp.clients.registered import RegisteredClient
from idp.extensions import settings
from idp.oauth import claims as users_claims
from idp.oauth import person
from idp.oauth.authorization import Authorization, claims_wanted, own_claims
from idp.signing import algorithms, jwt

METADATA = {"id_token_signing_alg_values_supported": list(algorithms.OFFERED)}

_HASHES = {
    "RS256": hashlib.sha256,
    "PS256": hashlib.sha256,
    "ES256": hashlib.sha256,
    "EdDSA": hashlib.sha512,
}
"""The hash function of each signature algorithm, for `at_hash`; of EdDSA that of Ed25519."""


def build(
    client: RegisteredClient,
    granted: Authorization,
    *,
    access_token: str | None,
    nonce: str | None,
    code: str | None = None,
    scope: tuple[str, ...] = (),
) -> str:
    """§2, §3.1.3.6, §3.3.2.11. `nonce` only answers the request that sent it, never a refresh
    (§12.2). `code`: comes along. `scope`: what the token has to tell of the user in UserInfo's
    place.
    """
    alg = client.id_token_signed_response_alg
    claims = about_user(client, granted, scope) | of_protocol(client, granted, nonce)
    if access_token is not None:
        claims["at_hash"] = half_hash(access_token, alg)
    if code is not None:
        claims["c_hash"] = half_hash(code, alg)
    return jwt.sign(jwt.ID_TOKEN, claims, alg)


def of_protocol(
    client: RegisteredClient, granted: Authorization, nonce: str | None = None
) -> dict[str, Any]:
    """§2: what every ID token says of the sign-in."""
    now, chosen = int(clock.now().timestamp()), settings()
    claims: dict[str, Any] = {
        "iss": chosen.issuer,
        "sub": granted.sub,
        "aud": client.client_id,
        "iat": now,
        "exp": now + int(chosen.tokens.id_token_lifetime.total_seconds()),
        "auth_time": granted.auth_time,
        "sid": granted.sid,
    }
    if nonce is not None:
        claims["nonce"] = nonce
    if granted.acr is not None:
        claims["acr"] = granted.acr
    if granted.amr:
        claims["amr"] = granted.amr
    return claims


def about_user(
    client: RegisteredClient, granted: Authorization, scope: tuple[str, ...] = ()
) -> dict[str, Any]:
    """§5.4, §5.5: most of the time nothing. Beside what was asked for, a client is told what its
    registration says, as far as the scopes that were granted release it.
    """
    wanted = _registered(client, granted) | dict(claims_wanted(granted.document, "id_token"))
    if not wanted and not scope:
        return {}
    about = person.read(granted.user_id, granted.sub)
    return users_claims.released(about, scope, wanted, own_claims(granted.document))


def _registered(client: RegisteredClient, granted: Authorization) -> dict[str, Any]:
    if not client.id_token_claims:
        return {}
    standard = users_claims.of_standard(granted.scope)
    released = standard.union(own_claims(granted.document)) & users_claims.available(granted.scope)
    return {name: None for name in client.id_token_claims if name in released}


def half_hash(value: str, alg: str) -> str:
    """§3.1.3.6: the left half of the hash, in base64url."""
    digest = _HASHES[alg](value.encode("ascii")).digest()
    return opaque.base64url(digest[: len(digest) // 2])
