"""RFC 8414, authorization server metadata: the discovery document at the address of §3."""

from __future__ import annotations

ENDPOINTS = {
    "authorization_endpoint": "/authorize",
    "token_endpoint": "/token",
}
"""§2: where the two endpoints of RFC 6749 are."""
