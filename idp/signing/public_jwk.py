"""Public keys of others (RFC 7517): what is wrong with one before it is trusted or stored."""

from __future__ import annotations

import json
from typing import Any

from joserfc.errors import JoseError
from joserfc.jwk import ECKey, OKPKey, RSAKey

_CLASSES: dict[object, type[RSAKey] | type[ECKey] | type[OKPKey]] = {
    "RSA": RSAKey,
    "EC": ECKey,
    "OKP": OKPKey,
}
_SECRET_MEMBERS = frozenset({"d", "p", "q", "dp", "dq", "qi", "oth", "k"})
_LONGEST = 8_192
_SMALLEST_RSA = 2_048
_LARGEST_RSA = 8_192


def problem(jwk: object) -> str | None:
    """Why this is not a usable public key; None: it is one."""
    if not isinstance(jwk, dict):
        return "a key must be a JSON object"
    if _SECRET_MEMBERS & jwk.keys():
        return "a key holds secret members; they are now known to others, so make a new one"
    key_class = _CLASSES.get(jwk.get("kty")) if isinstance(jwk.get("kty"), str) else None
    if key_class is None:
        return "kty must be RSA, EC or OKP"
    if not _is_small_and_ascii(jwk):
        return f"a key has more than {_LONGEST} characters, or others than printable ASCII"
    if key_class is RSAKey and len(str(jwk.get("n", ""))) > _LARGEST_RSA // 6 + 2:
        return f"an RSA key has more than {_LARGEST_RSA} bits"
    return _import_problem(key_class, jwk)


def _is_small_and_ascii(jwk: dict[str, Any]) -> bool:
    try:
        written = json.dumps(jwk)
    except RecursionError:
        return False
    # JSON escapes whatever is not printable ASCII; no member of a public key needs that.
    return len(written) <= _LONGEST and "\\" not in written


def _import_problem(
    key_class: type[RSAKey] | type[ECKey] | type[OKPKey], jwk: dict[str, Any]
) -> str | None:
    try:
        key = key_class.import_key(jwk)
        native = key.public_key
    except (JoseError, ValueError, TypeError, KeyError, AttributeError, OverflowError):
        # joserfc answers an unknown curve with KeyError, a point off the curve with ValueError.
        return "a key is malformed"
    if isinstance(key, RSAKey) and key.public_key.key_size < _SMALLEST_RSA:
        return f"an RSA key has less than {_SMALLEST_RSA} bits"
    return None if native else "a key is malformed"
