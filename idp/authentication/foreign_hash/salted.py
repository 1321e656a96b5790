"""One round of SHA over password and salt, as LDAP servers ({SSHA}) and old Django keep it."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass

from idp.authentication.foreign_hash import base
from idp.authentication.foreign_hash.base import Foreign, Unusable

KIND = "salted"
_LDAP = re.compile(r"\{(SSHA|SSHA256|SSHA512)\}([^{}]+)")
_LDAP_DIGESTS = {"SSHA": "sha1", "SSHA256": "sha256", "SSHA512": "sha512"}
_DJANGO = re.compile(r"sha1\$([^$]+)\$([0-9a-f]{40})")
_UNSALTED = re.compile(r"\{(SHA|SHA256|SHA512|MD5)\}.*|[0-9a-f]{32}|[0-9a-f]{40}|[0-9a-f]{64}")


@dataclass(frozen=True, slots=True)
class Salted:
    """`place`: where the salt stands, `before` or `after` the password."""

    name: str
    place: str
    salt: bytes

    @property
    def is_quick(self) -> bool:
        return True

    def digest(self, password: str) -> bytes:
        text = base.octets(password)
        seasoned = self.salt + text if self.place == "before" else text + self.salt
        return hashlib.new(self.name, seasoned, usedforsecurity=False).digest()

    def written(self) -> str:
        return base.joined(KIND, self.name, self.place, self.salt)


def read(text: str) -> Foreign | None:
    """None: this is none of ours. Raises `Unusable`."""
    if found := _LDAP.fullmatch(text):
        name = _LDAP_DIGESTS[found[1]]
        both = base.from_base64(found[2])
        size = hashlib.new(name, usedforsecurity=False).digest_size
        if len(both) < size:
            raise Unusable(f"its digest has fewer than {size} bytes")
        return Foreign(Salted(name, "after", base.sane_salt(both[size:])), both[:size])
    if found := _DJANGO.fullmatch(text):
        salt = base.sane_salt(found[1].encode())
        return Foreign(Salted("sha1", "before", salt), base.from_hexadecimal(found[2]))
    if _UNSALTED.fullmatch(text):
        raise Unusable("a digest without a salt is not taken over; mail a password link instead")
    return None


def read_back(written: str) -> Salted:
    _, name, place, salt = base.split(written)
    return Salted(name, place, base.from_base64(salt))
