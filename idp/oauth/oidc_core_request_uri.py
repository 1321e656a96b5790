"""OpenID Connect Core §6.2: a request object that waits at an address of the client's.

Only where a deployment offers it, since whoever may start a sign-in makes us call that address. So
it is registered beforehand, and called as any other (`idp.outbound`), anew for each request.
"""

from __future__ import annotations

from idp import outbound
from idp.clients.registered import RegisteredClient
from idp.extensions import settings
from idp.oauth.errors import InvalidRequestUri, Unsupported
from idp.outbound import OutboundError

METADATA = {
    "request_uri_parameter_supported": True,
    "require_request_uri_registration": True,
}

ACCEPTED = "application/oauth-authz-req+jwt, application/jwt, text/plain;q=0.5, */*;q=0.1"


def is_offered() -> bool:
    """OIDC Discovery §3."""
    return settings().protocol.request_uri


def fetch(client: RegisteredClient, request_uri: str) -> str:
    """§6.2: the fragment is the mark of a version by its client, and no part of the address."""
    if not is_offered():
        raise Unsupported("request_uri_not_supported")
    address = _address(request_uri)
    if address not in map(_address, client.request_uris):
        raise InvalidRequestUri("request_uri not registered")
    try:
        body = outbound.fetch(address, accept=ACCEPTED)
    except OutboundError as error:
        raise InvalidRequestUri(f"request_uri: {error.reason.value}") from None
    # Every byte is a character of latin-1; what is no JWT is told so by whoever reads it.
    return body.decode("latin-1").strip()


def _address(request_uri: str) -> str:
    return request_uri.partition("#")[0]
