"""How every grant issues: everything is signed before the first write, then the gate is passed and
rows are made.

So nothing is spent for an answer that cannot be given, and no signature is computed while SQLite's
write lock is held. A refusal comes from the gate at the latest, before any row exists: a protocol
error leaves no half-done issue, and a bug rolls everything back.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from idp import opaque
from idp.accounts.groups import members
from idp.clients.registered import RegisteredClient
from idp.oauth import oidc_core_id_token, refresh_tokens, rfc9068_jwt_access_token
from idp.oauth.authorization import Authorization
from idp.oauth.errors import InvalidGrant
from idp.oauth.machine import AuthlibRequest
from idp.oauth.rfc9068_jwt_access_token import Issued

Body = dict[str, Any]


class Issuing:
    """A mixin for Authlib's grants: replaces its token generators, which never see the request."""

    if TYPE_CHECKING:
        request: AuthlibRequest

    @property
    def registered(self) -> RegisteredClient:
        """The authenticated client."""
        client: RegisteredClient = self.request.client.registered
        return client

    def require_admitted(self, user_id: str) -> None:
        """Who leaves the groups that an app admits has left the app. Raises `InvalidGrant`."""
        admitted = self.registered.allowed_groups
        if admitted and not members.is_in_any(user_id, admitted):
            raise InvalidGrant("the user is in none of the groups that the client admits")

    def validate_requested_scope(self) -> None:
        """Scopes are judged by `rfc6749_scope`, per grant."""


def token_body(access_token: Issued, scope: tuple[str, ...]) -> Body:
    """RFC 6749 §5.1. The scope is always told, also when it is what was asked for."""
    body: Body = {
        "access_token": access_token.token,
        "token_type": access_token.token_type,
        "expires_in": access_token.expires_in,
    }
    if scope:
        body["scope"] = " ".join(scope)
    return body


def user_tokens(
    client: RegisteredClient,
    granted: Authorization,
    *,
    scope: tuple[str, ...],
    resource: tuple[str, ...],
    nonce: str | None,
    jkt: str | None,
) -> Body:
    """The access token, and with `openid` the ID token that is tied to it. `jkt`: the key that the
    access token is bound to.
    """
    issued = rfc9068_jwt_access_token.for_user(client, granted, scope, resource, jkt)
    body = token_body(issued, scope)
    if "openid" in scope:
        told = granted if scope == granted.scope else replace(granted, scope=scope)
        body["id_token"] = oidc_core_id_token.build(
            client, told, access_token=issued.token, nonce=nonce
        )
    return body


def new_refresh_token() -> str:
    """RFC 6749 §10.10: 256 bits."""
    return opaque.make(refresh_tokens.PREFIX)
