"""RFC 6749 §4.1.2.1, §4.2.2.1: a request that is refused, told to its client."""

from __future__ import annotations

from idp.oauth import rfc9207_issuer
from idp.oauth.errors import OAuth2Error, body_of
from idp.oauth.response import AuthorizationResponse, ResponseMode


def told(
    error: OAuth2Error, redirect_uri: str, state: str | None, mode: ResponseMode
) -> AuthorizationResponse:
    """By the mode that success would have used (OIDC MRT §2.1)."""
    parameters = list(body_of(error).items())
    if state is not None:
        parameters.append(("state", state))
    parameters.append(rfc9207_issuer.parameter())
    return AuthorizationResponse(redirect_uri, tuple(parameters), mode)
