"""JWTs as text: what header and claims say. Nothing is believed here."""

from __future__ import annotations

import base64
from typing import Any

from idp import strict_json


def described(token: str) -> dict[str, Any] | None:
    """Header and claims; None for what is no JWT."""
    parts = token.split(".")
    if len(parts) != 3:
        return None
    try:
        header, claims = (strict_json.parse(_decoded(part)) for part in parts[:2])
    except ValueError:
        return None
    if not (isinstance(header, dict) and isinstance(claims, dict)):
        return None
    return {"header": header, "claims": claims}


def _decoded(part: str) -> bytes:
    return base64.urlsafe_b64decode(part + "=" * (-len(part) % 4))
