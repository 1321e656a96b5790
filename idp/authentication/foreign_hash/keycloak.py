"""A credential of a Keycloak export, written as the other PBKDF2 hashes are."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any


def as_text(credential: Mapping[str, Any]) -> str | None:
    """`credentialData` and `secretData` may be JSON within JSON. None: it is no credential."""
    try:
        how, secret = _document(credential["credentialData"]), _document(credential["secretData"])
        name, iterations = str(how["algorithm"]), int(how["hashIterations"])
        salt, value = str(secret["salt"]), str(secret["value"])
    except (KeyError, TypeError, ValueError, OverflowError, RecursionError):
        return None
    # Its plain `pbkdf2` is the one with SHA-1.
    return f"${name}$i={iterations}${salt}${value}"


def _document(value: object) -> Any:  # noqa: ANN401  JSON
    return json.loads(value) if isinstance(value, str) else value
