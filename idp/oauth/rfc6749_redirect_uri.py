"""RFC 6749 §3.1.2, narrowed by RFC 9700 §2.1: a redirect URI is registered byte for byte.

The one exception is the port of a native client's loopback address (RFC 8252 §7.3).
"""

from __future__ import annotations

import re

from idp.clients.registered import RegisteredClient

_LOOPBACK = re.compile(
    r"(http://(?:127\.0\.0\.1|\[::1\]))(?::([1-9][0-9]{0,4}))?((?:[/?][!-\"$-~]*)?)"
)


def is_registered(client: RegisteredClient, uri: str) -> bool:
    """Compared before any parsing."""
    if uri in client.redirect_uris:
        return True
    if client.application_type != "native" or (offered := _without_port(uri)) is None:
        return False
    return any(offered == _without_port(known) for known in client.redirect_uris)


def _without_port(uri: str) -> tuple[str, str] | None:
    """RFC 8252 §7.3: what of a loopback address must be equal; None for any other address."""
    match = _LOOPBACK.fullmatch(uri)
    if match is None or int(match[2] or 80) > 65535:
        return None
    return match[1], match[3]
