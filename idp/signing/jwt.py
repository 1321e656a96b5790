"""Tokens of ours (RFC 7519): signed with an explicit type, and recognised again.

A token of ours begins with a header that one of our keys writes, byte for byte. So a header from
outside is compared, never parsed, and `jwk`, `jku`, `x5u`, `x5c`, `crit`, `b64`, `zip`, another
`alg` or a key of somebody else have no way to be heard (RFC 8725 §3).
"""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from idp import clock, json_text, opaque
from idp.extensions import settings
from idp.signing import keystore
from idp.signing.key import SigningKey

MAXIMUM_SIZE = 8 * 1024
"""Characters of a token that is looked at."""

ACCESS_TOKEN = "at+jwt"  # noqa: S105  a media type (RFC 9068 §2.1)
ID_TOKEN = "JWT"  # noqa: S105
USERINFO = AUTHORIZATION_RESPONSE = None
"""Libraries refuse types that they do not know here; without one it is no token of another kind."""

_COMPACT = re.compile(r"([A-Za-z0-9_-]+)\.([A-Za-z0-9_-]+)\.([A-Za-z0-9_-]+)")

Claims = dict[str, Any]


@dataclass(frozen=True, slots=True)
class _Verified:
    """A token whose signature and issuer are good, and by whose word."""

    key: SigningKey
    typ: str
    claims: Claims


_verified: dict[bytes, _Verified] = {}
"""By the digest of the whole token."""
_MOST_VERIFIED = 2048
"""About 3 MB."""


class InvalidToken(Exception):
    """It is not a token of ours, or not a good one; the message is for the log only."""


def sign(typ: str | None, claims: Mapping[str, Any], alg: str) -> str:
    """A compact JWS by the active key of an algorithm. Raises `NoSigningKey`."""
    key = keystore.active(alg)
    message = f"{key.header(typ)}.{opaque.base64url(json_text.written(claims).encode())}"
    return f"{message}.{opaque.base64url(key.sign(message.encode()))}"


def verify(token: str, *, typ: str, algs: Collection[str]) -> Claims:
    """The claims of a token of ours that has not expired. Raises `InvalidToken`."""
    claims = verify_even_if_expired(token, typ=typ, algs=algs)
    expires_at = claims.get("exp")
    if not isinstance(expires_at, int) or expires_at <= clock.now().timestamp():
        raise InvalidToken("expired")
    return claims


def verify_even_if_expired(token: str, *, typ: str, algs: Collection[str]) -> Claims:
    """The same for an `id_token_hint`, which may be old (OIDC Core §3.1.2.1).

    The same token comes again and again, to resources and with each of their questions: what one
    key object has verified is not computed twice. A key that is revoked or read anew is another
    object, so nothing that it said before is believed.
    """
    if len(token) > MAXIMUM_SIZE:
        raise InvalidToken("too long")
    fingerprint = opaque.digest(token)
    known = _verified.get(fingerprint)
    if known is None or not _still_holds(known, typ, algs):
        known = _newly_verified(token, typ, algs)
        if len(_verified) >= _MOST_VERIFIED:
            _verified.clear()
        _verified[fingerprint] = known
    return dict(known.claims)


def _still_holds(known: _Verified, typ: str, algs: Collection[str]) -> bool:
    key = known.key
    return known.typ == typ and key.alg in algs and keystore.verifying(key.kid) is key


def _newly_verified(token: str, typ: str, algs: Collection[str]) -> _Verified:
    parts = _COMPACT.fullmatch(token)
    if parts is None:
        raise InvalidToken("not a compact JWS")
    header, payload, signature = parts.groups()
    key = _key_of(header, typ, algs)
    if not key.verify(f"{header}.{payload}".encode(), _decode(signature)):
        raise InvalidToken("wrong signature")
    claims: Claims = json.loads(_decode(payload))
    if claims.get("iss") != settings().issuer:
        raise InvalidToken("of another issuer")
    return _Verified(key, typ, claims)


def _key_of(header: str, typ: str, algs: Collection[str]) -> SigningKey:
    by_alg = keystore.current().by_alg
    for alg in algs:
        for key in by_alg.get(alg, ()):
            if key.header(typ) == header:
                return key
    raise InvalidToken(f"no key of ours writes this header for {typ}")


def _decode(segment: str) -> bytes:
    try:
        return base64.urlsafe_b64decode(segment + "==")
    except ValueError as error:
        raise InvalidToken("not base64url") from error
