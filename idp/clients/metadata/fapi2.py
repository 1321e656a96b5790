"""FAPI 2.0 Security Profile (final): what a client of that profile may be. What it does at each
request is asked of `RegisteredClient`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from idp.clients.metadata.proposed import FAPI2, RESPONSE_TYPES, Problem, ProposedClient
from idp.clients.redirect_uri import Deployment
from idp.signing.algorithms import OF_FAPI2

DEFAULTS: Mapping[str, Any] = {
    "token_endpoint_auth_method": "private_key_jwt",
    "id_token_signed_response_alg": "ES256",
}
"""Where those of RFC 7591 are not allowed."""

_ALGS = (
    "id_token_signed_response_alg",
    "userinfo_signed_response_alg",
    "access_token_signed_response_alg",
    "authorization_signed_response_alg",
    "request_object_signing_alg",
    "token_endpoint_auth_signing_alg",
)


def with_defaults(proposed: ProposedClient) -> ProposedClient:
    """For whoever chose nothing else."""
    usual = ProposedClient(client_name="")
    unchosen = {
        member: value
        for member, value in DEFAULTS.items()
        if getattr(proposed, member) == getattr(usual, member)
    }
    return replace(proposed, **unchosen) if proposed.profile == FAPI2 else proposed


def profile_is_kept(proposed: ProposedClient, deployment: Deployment) -> Iterator[Problem]:
    """§5.3.2, §5.4."""
    if proposed.profile != FAPI2:
        return
    if not proposed.proves_by_key:
        yield "token_endpoint_auth_method", "FAPI 2.0: private_key_jwt"
    if not set(proposed.response_types) <= set(RESPONSE_TYPES):
        yield "response_types", "FAPI 2.0: code"
    for member in _ALGS:
        if getattr(proposed, member) not in {None, *OF_FAPI2}:
            yield member, f"FAPI 2.0: {', '.join(OF_FAPI2)}"
    if proposed.pkce_waived:
        yield "pkce_waived", "FAPI 2.0: PKCE is for everybody"
    if proposed.rotates_refresh_tokens:
        yield "rotate_refresh_tokens", "FAPI 2.0: refresh tokens are bound to the client instead"
    is_elsewhere = not (deployment.is_local or proposed.application_type == "native")
    if is_elsewhere and not all(uri.startswith("https://") for uri in proposed.redirect_uris):
        yield "redirect_uris", "FAPI 2.0: https"
