"""JWT Secured Authorization Response Mode (JARM): the answer as one JWT of ours, which nobody can
change or make up on its way through the browser. And the last step of every answer, signed or not.
"""

from __future__ import annotations

from idp import clock
from idp.clients.registered import RegisteredClient
from idp.extensions import settings
from idp.oauth import rfc9207_issuer
from idp.oauth.response import SIGNED, AuthorizationResponse, Pair, ResponseMode
from idp.signing import algorithms, jwt

SHORT = "jwt"
"""§2.3.4: by the usual way of the response type."""
METADATA = {
    "response_modes_supported": [SHORT, *(mode.value for mode in SIGNED)],
    "authorization_signing_alg_values_supported": list(algorithms.OFFERED),
}

LIFETIME = 5 * 60
"""Seconds until `exp` (§2.1 advises ten minutes at most)."""


def written(
    client: RegisteredClient,
    redirect_uri: str,
    parameters: list[Pair],
    state: str | None,
    mode: ResponseMode,
) -> AuthorizationResponse:
    """With `state` and `iss`, which a JWT holds instead of having them beside it (§2.1)."""
    told = [*parameters]
    if state is not None:
        told.append(("state", state))
    if mode in SIGNED:
        told = [("response", _signed(client, told))]
    else:
        told.append(rfc9207_issuer.parameter())
    return AuthorizationResponse(redirect_uri, tuple(told), mode)


def _signed(client: RegisteredClient, told: list[Pair]) -> str:
    """§2.1, §2.2."""
    about = {
        "iss": settings().issuer,
        "aud": client.client_id,
        "exp": int(clock.now().timestamp()) + LIFETIME,
    }
    return jwt.sign(jwt.AUTHORIZATION_RESPONSE, dict(told) | about, alg_of(client))


def alg_of(client: RegisteredClient) -> str:
    """§3: RS256 for whoever registered nothing, where it is allowed."""
    usual = "ES256" if client.is_fapi2 else "RS256"
    return client.authorization_signed_response_alg or usual
