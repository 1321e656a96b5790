"""RFC 6749 §4.1.2.1, §4.2.2.1: a request that is refused, told to its client."""

from __future__ import annotations

from idp.clients.registered import RegisteredClient
from idp.oauth import jarm_response_mode
from idp.oauth.errors import OAuth2Error, body_of
from idp.oauth.response import AuthorizationResponse, ResponseMode


def told(
    error: OAuth2Error,
    client: RegisteredClient,
    redirect_uri: str,
    state: str | None,
    mode: ResponseMode,
) -> AuthorizationResponse:
    """By the mode that success would have used (OIDC MRT §2.1)."""
    parameters = list(body_of(error).items())
    return jarm_response_mode.written(client, redirect_uri, parameters, state, mode)
