"""What comes back from the authorization endpoint, and where (Multiple Response Types §2.1, §5).

`code` is everybody's. What brings tokens through the browser is there for old clients, behind a
switch of the deployment; `token` without an ID token is never offered.
"""

from __future__ import annotations

from authlib.oauth2.rfc6749.errors import InvalidRequestError, UnauthorizedClientError

from idp.extensions import settings
from idp.oauth.asked import Asked
from idp.oauth.errors import Unsupported
from idp.oauth.response import ResponseMode

CODE = "code"
FRONT_CHANNEL = (
    "id_token",
    "id_token token",
    "code id_token",
    "code token",
    "code id_token token",
)
"""OIDC Core §3.2, §3.3; the names of each in alphabetical order."""

_IN_FRONT = frozenset({"id_token", "token"})


def is_front_channel_offered() -> bool:
    """The deployment's switch."""
    return settings().protocol.front_channel_response_types


def response_type(asked: Asked) -> str:
    """RFC 6749 §3.1.1: present, offered, and registered for this client."""
    names = names_of(asked)
    if not names:
        raise InvalidRequestError("The response_type is missing.")
    requested = " ".join(names)
    if requested not in (CODE, *FRONT_CHANNEL) or not (
        requested == CODE or is_front_channel_offered()
    ):
        raise Unsupported("unsupported_response_type")
    if requested not in asked.client.response_types:
        raise UnauthorizedClientError("The client may not use this response_type.")
    return requested


def names_of(asked: Asked) -> list[str]:
    """RFC 6749 §3.1.1: their order says nothing."""
    requested = asked.get("response_type")
    return sorted(requested.split(" ")) if requested else []


def default_mode(asked: Asked) -> ResponseMode:
    """OIDC MRT §5: whatever brings a token keeps out of the query."""
    if is_front_channel_offered() and not _IN_FRONT.isdisjoint(names_of(asked)):
        return ResponseMode.FRAGMENT
    return ResponseMode.QUERY
