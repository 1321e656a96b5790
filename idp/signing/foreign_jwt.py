"""JWTs that others have signed (RFC 7515, RFC 7519): read strictly, then verified by known keys.

Only the compact form. The header is heard about `alg`, `kid` and `typ`. A key that a token brings
along, or says where to find, proves nothing (RFC 8725 §3.10), but that whoever made it has that key
(RFC 9449).
"""

from __future__ import annotations

import base64
import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from idp import strict_json
from idp.signing.algorithms import ALGORITHMS
from idp.signing.foreign_key import ForeignKey, candidates

MAXIMUM_SIZE = 8 * 1024
"""Characters of a token that is looked at."""

LARGEST_SKEW = 60
"""Seconds that `iat` and `nbf` may lie ahead: such a clock is wrong, but harmless."""

_COMPACT = re.compile(r"([A-Za-z0-9_-]+)\.([A-Za-z0-9_-]+)\.([A-Za-z0-9_-]+)", re.ASCII)
_CHANGES_THE_RULES = frozenset({"crit", "b64", "zip", "enc"})
_END_OF_TIME = 253_402_300_800
"""The year 10000: the first instant that no date of ours can hold."""

Claims = dict[str, Any]


class InvalidForeignJwt(Exception):
    """It is no JWT that we take; the message is fixed words, for the log only."""


@dataclass(frozen=True, slots=True)
class ForeignJwt:
    """A token that could be read. Nothing in it is true yet."""

    alg: str
    kid: str | None
    typ: str | None
    """Lower case, without `application/` (RFC 7515 §4.1.9); None: it does not say."""
    unverified: Claims
    brought_key: object
    """`jwk` of the header: anybody's, and no reason to believe a word."""
    _message: bytes = field(repr=False)
    _signature: bytes = field(repr=False)

    def is_signed_by(self, keys: Iterable[ForeignKey]) -> bool:
        """Whether one of the keys made the signature."""
        return any(
            ALGORITHMS[self.alg].verify(self._message, self._signature, candidate.key)
            for candidate in candidates(keys, kid=self.kid, alg=self.alg)
        )


def read(token: str) -> ForeignJwt:
    """Raises `InvalidForeignJwt`, and nothing else, whatever comes."""
    if len(token) > MAXIMUM_SIZE:
        raise InvalidForeignJwt("too long")
    parts = _COMPACT.fullmatch(token)
    if parts is None:
        raise InvalidForeignJwt("not a compact JWS")
    encoded_header, encoded_claims, signature = parts.groups()
    header = _object(encoded_header)
    if _CHANGES_THE_RULES & header.keys():
        raise InvalidForeignJwt("crit, b64, zip or enc in the header")
    return ForeignJwt(
        alg=_algorithm(header),
        kid=_text(header, "kid"),
        typ=_media_type(_text(header, "typ")),
        unverified=_object(encoded_claims),
        brought_key=header.get("jwk"),
        _message=f"{encoded_header}.{encoded_claims}".encode("ascii"),
        _signature=_decoded(signature),
    )


def peek(token: str) -> Claims:
    """What a token says that `read` has refused; empty when even that is unreadable."""
    parts = token.split(".")
    if len(token) > MAXIMUM_SIZE or len(parts) < 2:
        return {}
    try:
        return _object(parts[1])
    except InvalidForeignJwt:
        return {}


def instant(claims: Claims, name: str) -> float | None:
    """RFC 7519 §2: seconds since 1970, None when absent. Raises `InvalidForeignJwt`."""
    if name not in claims:
        return None
    value = claims[name]
    # JSON has one kind of number; Python would take true for one.
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise InvalidForeignJwt(f"{name} is not a number")
    if not 0 <= value < _END_OF_TIME:
        raise InvalidForeignJwt(f"{name} is no date")
    return value


def audience(claims: Claims) -> tuple[str, ...]:
    """RFC 7519 §4.1.3: one string or several; none when absent. Raises `InvalidForeignJwt`."""
    value = claims.get("aud", [])
    named = [value] if isinstance(value, str) else value
    if not isinstance(named, list) or not all(isinstance(one, str) for one in named):
        raise InvalidForeignJwt("aud is neither a string nor strings")
    return tuple(named)


def _algorithm(header: Claims) -> str:
    alg = _text(header, "alg")
    if alg not in ALGORITHMS:
        raise InvalidForeignJwt("alg missing or not offered")
    return alg


def _text(header: Claims, name: str) -> str | None:
    value = header.get(name)
    if value is not None and not isinstance(value, str):
        raise InvalidForeignJwt(f"{name} is not a string")
    return value


def _media_type(typ: str | None) -> str | None:
    return None if typ is None else typ.lower().removeprefix("application/")


def _object(segment: str) -> Claims:
    try:
        value = strict_json.parse(_decoded(segment))
    except ValueError:
        raise InvalidForeignJwt("not strict JSON") from None
    if not isinstance(value, dict):
        raise InvalidForeignJwt("not a JSON object")
    return value


def _decoded(segment: str) -> bytes:
    try:
        return base64.urlsafe_b64decode(segment + "=" * (-len(segment) % 4))
    except ValueError:
        raise InvalidForeignJwt("not base64url") from None
