"""RFC 6749 §3.3: unknown and disallowed scopes are dropped; when none is left, that is refused."""

from __future__ import annotations

from authlib.oauth2.rfc6749.errors import InvalidScopeError

from idp.clients.registered import RegisteredClient
from idp.oauth.asked import Asked

MAXIMUM_SCOPES = 50

NOTHING_LEFT = "No scope was requested that this client may have."
NOT_GRANTED = "The scope exceeds what was granted."


def tokens(text: str | None) -> tuple[str, ...]:
    """The scope tokens of a parameter, each once, in the order given."""
    names = tuple(dict.fromkeys(name for name in (text or "").split(" ") if name))
    if len(names) > MAXIMUM_SCOPES:
        raise InvalidScopeError("Too many scopes were requested.")
    return names


def scope(asked: Asked) -> tuple[str, ...]:
    """§3.3, of an authorization request."""
    return available(asked.client, asked.get("scope"))


def available(client: RegisteredClient, text: str | None) -> tuple[str, ...]:
    """§3.3. `offline_access` means nothing without the refresh grant (OIDC Core §11)."""
    allowed = client.scopes
    if "refresh_token" not in client.grant_types:
        allowed -= {"offline_access"}
    granted = tuple(name for name in tokens(text) if name in allowed)
    if not granted:
        raise InvalidScopeError(NOTHING_LEFT)
    return granted


def narrowed(text: str | None, granted: tuple[str, ...]) -> tuple[str, ...]:
    """§6: a refresh may ask for less than was granted, never for more."""
    if text is None:
        return granted
    names = tokens(text)
    if not set(names) <= set(granted):
        raise InvalidScopeError(NOT_GRANTED)
    return tuple(name for name in granted if name in names) or granted
