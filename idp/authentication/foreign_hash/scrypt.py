"""scrypt (RFC 7914) as Django, Werkzeug and passlib write it."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass

from idp.authentication.foreign_hash import base
from idp.authentication.foreign_hash.base import Foreign, Unusable

KIND = "scrypt"
_LARGEST_BLOCK, _MOST_LANES = 32, 16
_MOST_MEMORY = 1 << 26
"""Bytes: 128 * n * r."""
_MOST_WORK = 1 << 21
"""n * r * p: about a second."""
_QUICK = 1 << 16

_DJANGO = re.compile(r"scrypt\$([0-9]+)\$([^$]*)\$([0-9]+)\$([0-9]+)\$([^$]+)")
_WERKZEUG = re.compile(r"scrypt:([0-9]+):([0-9]+):([0-9]+)\$([^$]*)\$([0-9a-f]+)")
_MODULAR = re.compile(r"\$scrypt\$ln=([0-9]{1,2}),r=([0-9]+),p=([0-9]+)\$([^$]*)\$([^$]+)")


@dataclass(frozen=True, slots=True)
class Scrypt:
    """Cost, block size, parallelism, salt, and the bytes that are made."""

    n: int
    r: int
    p: int
    salt: bytes
    length: int

    @property
    def is_quick(self) -> bool:
        return self.n * self.r * self.p < _QUICK

    def digest(self, password: str) -> bytes:
        return hashlib.scrypt(
            base.octets(password),
            salt=self.salt,
            n=self.n,
            r=self.r,
            p=self.p,
            maxmem=2 * 128 * self.r * (self.n + self.p + 2),
            dklen=self.length,
        )

    def written(self) -> str:
        return base.joined(KIND, self.n, self.r, self.p, self.salt, self.length)


def read(text: str) -> Foreign | None:
    """None: this is none of ours. Raises `Unusable`."""
    if not text.startswith(("scrypt", "$scrypt")):
        return None
    if found := _DJANGO.fullmatch(text):
        n, salt, r, p, digest = found.groups()
        return _made(n, r, p, salt.encode(), base.from_base64(digest))
    if found := _WERKZEUG.fullmatch(text):
        n, r, p, salt, digest = found.groups()
        return _made(n, r, p, salt.encode(), base.from_hexadecimal(digest))
    if found := _MODULAR.fullmatch(text):
        ln, r, p, salt, digest = found.groups()
        n = str(1 << min(int(ln), 40))
        return _made(n, r, p, base.from_base64(salt), base.from_base64(digest))
    raise Unusable("it is not a whole scrypt hash")


def _made(n: str, r: str, p: str, salt: bytes, digest: bytes) -> Foreign:
    cost = int(n) if len(n) <= 13 else 0
    if cost < 2 or cost & (cost - 1):
        raise Unusable("the cost of scrypt is not a power of two")
    block = base.bounded("r of scrypt", base.whole(r), least=1, most=_LARGEST_BLOCK)
    lanes = base.bounded("p of scrypt", base.whole(p), least=1, most=_MOST_LANES)
    base.bounded("the cost of scrypt", cost, least=2, most=_MOST_MEMORY // (128 * block))
    base.bounded("the work of scrypt", cost * block * lanes, least=2, most=_MOST_WORK)
    length = len(base.sane_digest(digest))
    return Foreign(Scrypt(cost, block, lanes, base.sane_salt(salt), length), digest)


def read_back(written: str) -> Scrypt:
    _, n, r, p, salt, length = base.split(written)
    return Scrypt(int(n), int(r), int(p), base.from_base64(salt), int(length))
