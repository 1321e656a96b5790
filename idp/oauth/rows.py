"""Our snapshot of a client in Authlib's clothes."""

from __future__ import annotations

from authlib.oauth2.rfc6749 import ClientMixin

from idp.clients.registered import RegisteredClient


class AuthlibClient(ClientMixin):
    """Authlib asks it for the grant type only: everything else was judged before (`rules`)."""

    def __init__(self, registered: RegisteredClient) -> None:
        self.registered = registered
        self.client_id = registered.client_id

    def get_client_id(self) -> str:
        return self.client_id

    def check_grant_type(self, grant_type: str) -> bool:
        """RFC 6749 §5.2: what was registered."""
        return grant_type in self.registered.grant_types
