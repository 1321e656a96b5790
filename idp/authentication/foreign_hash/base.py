"""What every foreign scheme has in common: a recipe, and what it made of somebody's password."""

from __future__ import annotations

import base64
import binascii
import re
from dataclasses import dataclass
from typing import Protocol

LONGEST_HASH = 1000
"""Characters of a hash as somebody else wrote it."""
_LONGEST_SALT = 128
"""Bytes."""
_SHORTEST_DIGEST, _LONGEST_DIGEST = 16, 128
_SEPARATOR = "|"


class Unusable(Exception):
    """Why a hash is not taken over, in a sentence."""


class Recipe(Protocol):
    """How a typed password becomes the digest that a foreign system kept: scheme, cost, salt."""

    @property
    def is_quick(self) -> bool:
        """Whether guessing by it costs clearly less than guessing by a hash of our own."""

    def digest(self, password: str) -> bytes | None:
        """None: it cannot be this password, whatever was kept."""

    def written(self) -> str:
        """As the row keeps it; the family's `read_back` understands it."""


@dataclass(frozen=True, slots=True)
class Foreign:
    """A hash, taken apart."""

    recipe: Recipe
    digest: bytes


def joined(*parts: object) -> str:
    """A recipe in one line; bytes as base64."""
    return _SEPARATOR.join(
        base64.b64encode(part).decode("ascii") if isinstance(part, bytes) else str(part)
        for part in parts
    )


def split(written: str) -> list[str]:
    """The parts of such a line."""
    return written.split(_SEPARATOR)


def whole(text: str) -> int:
    """A number as hashes write it. Raises `Unusable`."""
    if not re.fullmatch(r"[0-9]{1,10}", text):
        raise Unusable("a number in it cannot be read")
    return int(text)


def bounded(name: str, value: int, *, least: int, most: int) -> int:
    """A cost that a sign-in can afford. Raises `Unusable`."""
    if not least <= value <= most:
        raise Unusable(f"{name} is {value}; from {least} to {most} can be taken over")
    return value


def from_base64(text: str) -> bytes:
    """Standard, URL-safe and passlib's, padded or not. Raises `Unusable`."""
    plain = text.rstrip("=").replace("-", "+").replace("_", "/").replace(".", "+")
    try:
        return base64.b64decode(plain + "=" * (-len(plain) % 4), validate=True)
    except (binascii.Error, ValueError) as error:
        raise Unusable("its base64 cannot be read") from error


def from_hexadecimal(text: str) -> bytes:
    """Raises `Unusable`."""
    try:
        return binascii.unhexlify(text)
    except (binascii.Error, ValueError) as error:
        raise Unusable("its hexadecimal digits cannot be read") from error


def sane_salt(salt: bytes) -> bytes:
    """A salt that was one. Raises `Unusable`."""
    if not salt:
        raise Unusable("it has no salt")
    if len(salt) > _LONGEST_SALT:
        raise Unusable(f"its salt has more than {_LONGEST_SALT} bytes")
    return salt


def sane_digest(digest: bytes) -> bytes:
    """A digest that is neither cut off nor absurd. Raises `Unusable`."""
    if not _SHORTEST_DIGEST <= len(digest) <= _LONGEST_DIGEST:
        raise Unusable(f"its digest has {len(digest)} bytes, so it is cut off or something else")
    return digest


def octets(password: str) -> bytes:
    """As it was typed: whoever made the hash did not normalise it for us."""
    return password.encode("utf-8", "surrogatepass")
