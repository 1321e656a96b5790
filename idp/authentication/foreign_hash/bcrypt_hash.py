"""bcrypt, plain as most frameworks keep it, and behind SHA-256 as Django does.

Plain bcrypt ends at 72 bytes. What is longer, or holds a NUL, is no password of it (R11): others
cut it off silently, so that many passwords opened one account.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from hashlib import sha256

import bcrypt

from idp.authentication.foreign_hash.base import Foreign, Unusable, bounded, joined, octets, split

KIND = "bcrypt"
_HASH = re.compile(r"(\$2[aby]\$([0-9]{2})\$[./A-Za-z0-9]{22})([./A-Za-z0-9]{31})")
_LONGEST = 72
_LEAST, _MOST, _QUICK = 4, 14, 10
_DJANGO, _DJANGO_SHA256 = "bcrypt$", "bcrypt_sha256$"


@dataclass(frozen=True, slots=True)
class Bcrypt:
    """`setting`: version, cost and salt, as bcrypt writes them."""

    setting: str
    before: str
    """`sha256`: what is hashed is the password's SHA-256 in hexadecimal; else empty."""

    @property
    def is_quick(self) -> bool:
        return int(self.setting[4:6]) < _QUICK

    def digest(self, password: str) -> bytes | None:
        text = octets(password)
        if self.before == "sha256":
            text = sha256(text).hexdigest().encode("ascii")
        if len(text) > _LONGEST or b"\x00" in text:
            return None
        return bcrypt.hashpw(text, self.setting.encode("ascii"))[len(self.setting) :]

    def written(self) -> str:
        return joined(KIND, self.before, self.setting)


def read(text: str) -> Foreign | None:
    """None: this is none of ours. Raises `Unusable`."""
    before, plain = "", text
    if text.startswith(_DJANGO_SHA256):
        before, plain = "sha256", text.removeprefix(_DJANGO_SHA256)
    elif text.startswith(_DJANGO):
        plain = text.removeprefix(_DJANGO)
    if not plain.startswith("$2"):
        return None
    found = _HASH.fullmatch(plain)
    if found is None:
        raise Unusable("it is not a whole bcrypt hash of version 2a, 2b or 2y")
    bounded("the cost of bcrypt", int(found[2]), least=_LEAST, most=_MOST)
    # One algorithm under three names.
    recipe = Bcrypt(f"$2b{found[1][3:]}", before)
    return Foreign(recipe, found[3].encode("ascii"))


def read_back(written: str) -> Bcrypt:
    _, before, setting = split(written)
    return Bcrypt(setting, before)
