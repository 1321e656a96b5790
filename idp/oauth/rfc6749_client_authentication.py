"""RFC 6749 §2.3, client authentication: one authenticator for every endpoint.

Exactly one credential, only by the registered method; every failure is the same 401. Stands in for
Authlib's own, which takes several credentials, guesses encodings and answers 400 or 500.
"""

from __future__ import annotations

import base64
import binascii
from dataclasses import dataclass
from urllib.parse import unquote_to_bytes

from authlib.oauth2.rfc6749.errors import InvalidRequestError

from idp import clock
from idp.clients import registry, secret_use
from idp.clients.registered import RegisteredClient
from idp.oauth import rfc7523_client_assertion
from idp.oauth.errors import InvalidClient
from idp.oauth.parameters import Received
from idp.signing.foreign_jwt import ForeignJwt

METADATA = {
    "token_endpoint_auth_methods_supported": [
        "client_secret_basic",
        "client_secret_post",
        rfc7523_client_assertion.METHOD,
        "none",
    ]
}

_SECRET_METHODS = frozenset({"client_secret_basic", "client_secret_post"})
_MAXIMUM_HEADER = 2048
_SEVERAL = "More than one client credential was sent."


@dataclass(frozen=True, slots=True)
class Credential:
    """What one request brought: a secret, an assertion, or neither for the method `none`."""

    method: str
    client_id: str
    secret: str | None = None
    assertion: ForeignJwt | None = None


def authenticate(
    authorization: str | None, received: Received, endpoint: str = "/token"
) -> RegisteredClient:
    """§2.3, §3.2.1. Raises `InvalidClient`, or `invalid_request` for more than one credential.

    `endpoint` is the path that was called: an assertion may name it as its audience.
    """
    credential = offered(authorization, received)
    client = registry.find(credential.client_id)
    if client is None or not client.is_enabled:
        raise InvalidClient("client unknown or disabled", client)
    if not is_registered(client, credential.method):
        raise InvalidClient(f"method {credential.method} is not registered", client)
    if credential.secret is not None:
        _require_secret(client, credential.secret)
    if credential.assertion is not None:
        rfc7523_client_assertion.require_proof(client, credential.assertion, endpoint)
    return client


def _require_secret(client: RegisteredClient, offered_secret: str) -> None:
    known = client.secret_matching(offered_secret, clock.now())
    if known is None:
        raise InvalidClient("wrong secret", client)
    secret_use.note(known.digest)


def is_registered(client: RegisteredClient, method: str) -> bool:
    """Whether the client may prove itself so. §2.3: without a pinned method a confidential one may
    use its secret either way.
    """
    pinned = client.token_endpoint_auth_method
    return method in _SECRET_METHODS if pinned is None else method == pinned


def offered(authorization: str | None, received: Received) -> Credential:
    """§2.3: one method per request, and a `client_id` beside it that agrees."""
    offered = received.get("client_id")
    secret = received.get("client_secret")
    if received.get("client_assertion") or received.get("client_assertion_type"):
        if authorization is not None or secret is not None:
            raise InvalidRequestError(_SEVERAL)
        return _asserted(offered, received)
    if authorization is None:
        if offered is None:
            raise InvalidClient("no credential")
        method = "none" if secret is None else "client_secret_post"
        return Credential(method, offered, secret)
    if secret is not None:
        raise InvalidRequestError(_SEVERAL)
    credential = _basic(authorization)
    if offered is not None and offered != credential.client_id:
        raise InvalidRequestError(
            "The client_id names another client than the Authorization header."
        )
    return credential


def _asserted(offered: str | None, received: Received) -> Credential:
    """RFC 7521 §4.2: the assertion says whose it is."""
    assertion = rfc7523_client_assertion.read(
        received.get("client_assertion"), received.get("client_assertion_type")
    )
    client_id = rfc7523_client_assertion.named_by(assertion, offered)
    return Credential(rfc7523_client_assertion.METHOD, client_id, assertion=assertion)


def _basic(authorization: str) -> Credential:
    """§2.3.1: both halves are form-encoded before they are joined and put into base64. An empty
    secret is one left out: some libraries name a client without any so.
    """
    scheme, _, encoded = authorization.partition(" ")
    if scheme.lower() != "basic" or len(encoded) > _MAXIMUM_HEADER:
        raise InvalidClient("another scheme than Basic")
    try:
        text = base64.b64decode(encoded.strip(), validate=True)
    except (binascii.Error, ValueError):
        raise InvalidClient("Basic is not base64") from None
    identifier, colon, secret = text.partition(b":")
    if not colon:
        raise InvalidClient("Basic without a colon")
    if not secret:
        return Credential("none", _form_decoded(identifier))
    return Credential("client_secret_basic", _form_decoded(identifier), _form_decoded(secret))


def _form_decoded(half: bytes) -> str:
    """What is no UTF-8 matches no client and no secret, so it fails like any wrong one."""
    return unquote_to_bytes(half.replace(b"+", b" ")).decode("utf-8", "surrogateescape")
