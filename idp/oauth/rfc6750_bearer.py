"""RFC 6750, bearer tokens at a resource of ours: from the header or a field of the body.

The query (§2.3) is left out, as RFC 9700 §4.3.2 advises.
"""

from __future__ import annotations

from authlib.oauth2.rfc6749.errors import InvalidRequestError
from authlib.oauth2.rfc6750.errors import InsufficientScopeError, InvalidTokenError

from idp.oauth.machine import MachineRequest
from idp.oauth.parameters import Received

REALM = 'Bearer realm="userinfo"'


class InvalidToken(InvalidTokenError):
    """§3.1: one text for every cause; `reason` is for the log."""

    def __init__(self, reason: str) -> None:
        super().__init__(description="The access token is malformed, expired or revoked.")
        self.reason = reason

    def get_headers(self) -> list[tuple[str, str]]:
        return [("WWW-Authenticate", challenge("invalid_token", self.description))]


class NoToken(InvalidToken):
    """§3.1: who brought no credentials is told the scheme and nothing else."""

    def __init__(self) -> None:
        super().__init__("no token")

    def get_body(self) -> list[tuple[str, str]]:
        return []

    def get_headers(self) -> list[tuple[str, str]]:
        return [("WWW-Authenticate", REALM)]


class InsufficientScope(InsufficientScopeError):
    """§3.1."""

    def __init__(self, scope: str) -> None:
        super().__init__(description="The access token lacks a scope.")
        self.scope = scope

    def get_headers(self) -> list[tuple[str, str]]:
        header = f'{challenge("insufficient_scope", self.description)}, scope="{self.scope}"'
        return [("WWW-Authenticate", header)]


def challenge(error: str, description: str) -> str:
    """§3."""
    return f'{REALM}, error="{error}", error_description="{description}"'


def token_of(request: MachineRequest) -> str:
    """§2.1, §2.2: exactly one token, by exactly one way."""
    received = Received(request.parameters)
    in_body = received.get("access_token")
    if received.repeated or (in_body is not None and request.authorization is not None):
        raise InvalidRequestError("The access token was sent more than once.")
    if in_body is not None:
        return in_body
    if request.authorization is None:
        raise NoToken
    scheme, _, token = request.authorization.partition(" ")
    if scheme.lower() != "bearer":
        raise NoToken
    return token.strip()
