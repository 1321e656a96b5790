"""PBKDF2 (RFC 8018 §5.2) as Django, Werkzeug, passlib and Keycloak write it."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass

from idp.authentication.foreign_hash import base
from idp.authentication.foreign_hash.base import Foreign, Unusable

KIND = "pbkdf2"
_MOST_WORK = 2_500_000
"""Iterations times blocks: about a second."""
_QUICK = 100_000
_DIGESTS = {"sha1": 20, "sha256": 32, "sha512": 64}

_DJANGO = re.compile(r"pbkdf2_(sha1|sha256)\$([0-9]+)\$([^$]*)\$([^$]+)")
_WERKZEUG = re.compile(r"pbkdf2:(sha1|sha256|sha512):([0-9]+)\$([^$]*)\$([0-9a-f]+)")
_MODULAR = re.compile(r"\$pbkdf2(?:-(sha1|sha256|sha512))?\$(?:i=)?([0-9]+)\$([^$]*)\$([^$]+)")


@dataclass(frozen=True, slots=True)
class Pbkdf2:
    """`name`: of the digest; `length`: bytes that are made."""

    name: str
    iterations: int
    salt: bytes
    length: int

    @property
    def is_quick(self) -> bool:
        return self.iterations < _QUICK

    def digest(self, password: str) -> bytes:
        return hashlib.pbkdf2_hmac(
            self.name, base.octets(password), self.salt, self.iterations, self.length
        )

    def written(self) -> str:
        return base.joined(KIND, self.name, self.iterations, self.salt, self.length)


def read(text: str) -> Foreign | None:
    """None: this is none of ours. Raises `Unusable`."""
    if not text.startswith(("pbkdf2", "$pbkdf2")):
        return None
    if found := _DJANGO.fullmatch(text):
        return _made(found[1], found[2], found[3].encode(), base.from_base64(found[4]))
    if found := _WERKZEUG.fullmatch(text):
        return _made(found[1], found[2], found[3].encode(), base.from_hexadecimal(found[4]))
    if found := _MODULAR.fullmatch(text):
        salt, digest = base.from_base64(found[3]), base.from_base64(found[4])
        return _made(found[1] or "sha1", found[2], salt, digest)
    raise Unusable("it is not a whole PBKDF2 hash with SHA-1, SHA-256 or SHA-512")


def _made(name: str, iterations: str, salt: bytes, digest: bytes) -> Foreign:
    blocks = -(-len(base.sane_digest(digest)) // _DIGESTS[name])
    count = base.whole(iterations)
    base.bounded("the iterations of PBKDF2", count, least=1, most=_MOST_WORK // blocks)
    return Foreign(Pbkdf2(name, count, base.sane_salt(salt), len(digest)), digest)


def read_back(written: str) -> Pbkdf2:
    _, name, iterations, salt, length = base.split(written)
    return Pbkdf2(name, int(iterations), base.from_base64(salt), int(length))
