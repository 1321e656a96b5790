"""RFC 6750, access tokens at a resource of ours: from the header or a field of the body, by the
scheme of bearers or by that of RFC 9449.

The query (§2.3) is left out, as RFC 9700 §4.3.2 advises.
"""

from __future__ import annotations

from dataclasses import dataclass

from authlib.oauth2.rfc6749.errors import InvalidRequestError
from authlib.oauth2.rfc6750.errors import InsufficientScopeError, InvalidTokenError

from idp.oauth.errors import DPOP_CHALLENGE
from idp.oauth.machine import MachineRequest
from idp.oauth.parameters import Received

BEARER, DPOP = "bearer", "dpop"
CHALLENGES = {BEARER: 'Bearer realm="userinfo"', DPOP: DPOP_CHALLENGE}
"""By scheme."""


class InvalidToken(InvalidTokenError):
    """§3.1: one text for every cause; `reason` is for the log."""

    def __init__(self, reason: str, scheme: str = BEARER) -> None:
        super().__init__(description="The access token is malformed, expired or revoked.")
        self.reason = reason
        self.scheme = scheme

    def get_headers(self) -> list[tuple[str, str]]:
        said = challenge(self.scheme, "invalid_token", self.description)
        return [("WWW-Authenticate", said)]


class NoToken(InvalidToken):
    """§3.1: who brought no credentials is told the schemes and nothing else."""

    def __init__(self) -> None:
        super().__init__("no token")

    def get_body(self) -> list[tuple[str, str]]:
        return []

    def get_headers(self) -> list[tuple[str, str]]:
        return [("WWW-Authenticate", ", ".join(CHALLENGES.values()))]


class InsufficientScope(InsufficientScopeError):
    """§3.1."""

    def __init__(self, scope: str, scheme: str = BEARER) -> None:
        super().__init__(description="The access token lacks a scope.")
        self.scope = scope
        self.scheme = scheme

    def get_headers(self) -> list[tuple[str, str]]:
        said = challenge(self.scheme, "insufficient_scope", self.description)
        return [("WWW-Authenticate", f'{said}, scope="{self.scope}"')]


def challenge(scheme: str, error: str, description: str) -> str:
    """§3, RFC 9449 §7.1."""
    return f'{CHALLENGES[scheme]}, error="{error}", error_description="{description}"'


@dataclass(frozen=True, slots=True)
class Presented:
    """An access token as it was shown."""

    token: str
    scheme: str

    def refused(self, reason: str) -> InvalidToken:
        """What whoever showed it is told."""
        return InvalidToken(reason, self.scheme)


def presented(request: MachineRequest) -> Presented:
    """§2.1, §2.2: exactly one token, by exactly one way."""
    received = Received(request.parameters)
    in_body = received.get("access_token")
    if received.repeated or (in_body is not None and request.authorization is not None):
        raise InvalidRequestError("The access token was sent more than once.")
    if in_body is not None:
        return Presented(in_body, BEARER)
    if request.authorization is None:
        raise NoToken
    scheme, _, token = request.authorization.partition(" ")
    if scheme.lower() not in CHALLENGES:
        raise NoToken
    return Presented(token.strip(), scheme.lower())
