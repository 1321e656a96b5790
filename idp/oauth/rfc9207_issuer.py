"""RFC 9207, issuer identification: `iss` on every authorization response, errors too (§2)."""

from __future__ import annotations

from idp.extensions import settings

METADATA = {"authorization_response_iss_parameter_supported": True}


def parameter() -> tuple[str, str]:
    """§2: the issuer byte for byte, so that a client can tell a mix-up from an answer of ours."""
    return ("iss", settings().issuer)
