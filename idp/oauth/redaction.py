"""What of a request may be shown to the people who build the app: an allow-list, by parameter."""

from __future__ import annotations

import re

from idp.oauth.parameters import Received, is_text

SHOWN = frozenset(
    {
        "acr_values", "claims_locales", "client_assertion_type", "client_id",
        "code_challenge_method", "display", "grant_type", "max_age", "post_logout_redirect_uri",
        "prompt", "redirect_uri", "request_uri", "resource", "response_mode", "response_type",
        "scope", "token_type_hint", "ui_locales",
    }
)  # fmt: skip
"""Values that are neither secret nor about a person. Of all others only the length is told."""
PUSHED = "urn:ietf:params:oauth:request_uri:"
"""RFC 9126 §2.2: how the name of a pushed request begins. Whoever knows the rest can have it
answered.
"""
LONGEST_VALUE = 300
HEADER = "Authorization"
"""What the header is called among the received parameters."""
_BEARER_SECRET = re.compile(r"[A-Za-z0-9_-]{40,}")
"""How our own secrets, tokens and codes look, and most of other people's."""
_SCHEMES = frozenset({"basic", "bearer", "digest", "dpop", "negotiate"})
MOST_PARAMETERS = 40


def shown(received: Received) -> tuple[tuple[str, str], ...]:
    """Names and what may be shown of their values, in the order received."""
    pairs = received.parameters[:MOST_PARAMETERS]
    return tuple((printable(name, 60), _value(name, value)) for name, value in pairs)


def _value(name: str, value: str) -> str:
    if name == "request_uri" and value.startswith(PUSHED):
        return f"{PUSHED}({len(value) - len(PUSHED)} characters)"
    if name in SHOWN and not (name == "client_id" and looks_secret(value)):
        return printable(value, LONGEST_VALUE)
    return "(empty)" if not value else f"({len(value)} characters)"


def looks_secret(client_id: str) -> bool:
    """Whether somebody may have sent a secret where a `client_id` belongs."""
    return _BEARER_SECRET.search(client_id) is not None


def printable(text: str, longest: int) -> str:
    """Nothing that a database, a terminal or a page would trip over."""
    if not is_text(text):
        return "(not text)"
    safe = "".join(sign if sign.isprintable() else "\N{REPLACEMENT CHARACTER}" for sign in text)
    return safe if len(safe) <= longest else safe[: longest - 1] + "…"


def header(authorization: str | None) -> tuple[tuple[str, str], ...]:
    """Of the Authorization header the scheme, if it is one we know, and how long the rest is."""
    if authorization is None:
        return ()
    scheme, _, rest = authorization.partition(" ")
    if scheme.lower() in _SCHEMES:
        return ((HEADER, f"{scheme.capitalize()} ({len(rest)} characters)"),)
    return ((HEADER, f"({len(authorization)} characters)"),)
