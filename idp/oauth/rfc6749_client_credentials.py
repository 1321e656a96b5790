"""RFC 6749 §4.4, client credentials: a confidential client acts for itself. Writes nothing."""

from __future__ import annotations

from authlib.oauth2.rfc6749.errors import InvalidScopeError, UnauthorizedClientError
from authlib.oauth2.rfc6749.grants import ClientCredentialsGrant as AuthlibClientCredentialsGrant

from idp.oauth import (
    claims,
    issuing,
    rfc6749_scope,
    rfc8707_resource_indicators,
    rfc9068_jwt_access_token,
)
from idp.oauth.issuing import Issuing
from idp.oauth.rows import AuthlibClient

METADATA = {"grant_types_supported": ["client_credentials"]}

ABOUT_USERS = frozenset({*claims.SCOPES, "offline_access"})
"""Scopes that mean nothing without a user."""


class MachineGrant(Issuing, AuthlibClientCredentialsGrant):
    """Authlib's walk with our rules."""

    def authenticate_token_endpoint_client(self) -> AuthlibClient:
        """§4.4.2: only a client that has proven who it is."""
        client: AuthlibClient = super().authenticate_token_endpoint_client()
        if client.registered.is_public:
            raise UnauthorizedClientError("A public client may not use this grant_type.")
        return client

    def generate_token(self, scope: str | None = None, **_: object) -> issuing.Body:
        """§3.3: without a scope the client gets all of its own."""
        client = self.registered
        own = client.scopes - ABOUT_USERS
        asked = rfc6749_scope.tokens(scope)
        granted = tuple(name for name in asked if name in own) if asked else tuple(sorted(own))
        if asked and not granted:
            raise InvalidScopeError(rfc6749_scope.NOTHING_LEFT)
        resource = rfc8707_resource_indicators.available(
            client, self.request.received.every("resource")
        )
        return issuing.token_body(
            rfc9068_jwt_access_token.for_client(client, granted, resource, self.request.jkt),
            granted,
        )

    def save_token(self, token: issuing.Body) -> None:
        """Nothing to do: the token verifies itself, and nothing is promised beyond its expiry."""
