"""Our snapshots in Authlib's clothes. Authlib asks; what it asks has mostly been judged before."""

from __future__ import annotations

from typing import Any

from authlib.oauth2.rfc6749 import ClientMixin

from idp import clock
from idp.clients.registered import RegisteredClient
from idp.oauth import rfc6749_redirect_uri


class AuthlibClient(ClientMixin):
    """A registered client."""

    def __init__(self, registered: RegisteredClient) -> None:
        self.registered = registered
        self.client_id = registered.client_id
        self.client_metadata: dict[str, Any] = registered.metadata

    def get_client_id(self) -> str:
        return self.client_id

    def get_default_redirect_uri(self) -> None:
        """None: a request without `redirect_uri` is refused (OIDC Core §3.1.2.1)."""
        return

    def get_allowed_scope(self, scope: str | None) -> str:
        """Scopes are judged by `rfc6749_scope`; nothing is added or dropped here."""
        return scope or ""

    def check_redirect_uri(self, redirect_uri: str) -> bool:
        return rfc6749_redirect_uri.is_registered(self.registered, redirect_uri)

    def check_client_secret(self, client_secret: str) -> bool:
        return self.registered.accepts_secret(client_secret, clock.now())

    def check_endpoint_auth_method(self, method: str, _endpoint: str) -> bool:
        """The same method at every endpoint."""
        pinned = self.registered.token_endpoint_auth_method
        return (
            method == pinned if pinned else method in {"client_secret_basic", "client_secret_post"}
        )

    def check_response_type(self, response_type: str) -> bool:
        return response_type in self.registered.response_types

    def check_grant_type(self, grant_type: str) -> bool:
        return grant_type in self.registered.grant_types
