"""Our snapshot of a client, and our requests, in Authlib's clothes."""

from __future__ import annotations

from typing import Any

from authlib.oauth2.rfc6749 import ClientMixin
from authlib.oauth2.rfc6749.requests import OAuth2Request

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


class UnaddressedRequest(OAuth2Request):
    """It does not begin as Authlib's own does, which takes the address apart to see that it is
    https. That is judged once, of the issuer, and no other address is ever believed to be ours.
    """

    method, uri = "POST", ""
    client: Any = None
    user: Any = None
    authorization_code: Any = None
    refresh_token: Any = None
    credential: Any = None
    headers: Any = {}  # noqa: RUF012  those that have some put a property here
    payload: Any = None
    auth_method = _body = _scope = None
