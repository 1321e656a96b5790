"""Password hashes that other systems made, one module a family: taken apart, judged, made again
from what somebody types. Nothing here decides who may sign in.

A family's cost is bounded where a hash is read, so that no row makes a sign-in take more than about
a second of a core or 128 MiB; what costs more is refused with the reason.
"""

from __future__ import annotations

from typing import Protocol

from idp.authentication.foreign_hash import (
    argon2,
    bcrypt_hash,
    keycloak,
    pbkdf2,
    salted,
    scrypt,
    unix_crypt,
)
from idp.authentication.foreign_hash.base import LONGEST_HASH, Foreign, Recipe, Unusable, split

__all__ = ["FORMATS", "Foreign", "Recipe", "Unusable", "of_keycloak", "read", "read_back"]

of_keycloak = keycloak.as_text


class _Family(Protocol):
    """A module. `read` answers None for what is none of its own, and raises `Unusable`."""

    KIND: str

    def read(self, text: str, /) -> Foreign | None: ...
    def read_back(self, written: str, /) -> Recipe: ...


_FAMILIES: tuple[_Family, ...] = (bcrypt_hash, pbkdf2, scrypt, argon2, salted, unix_crypt)
_BY_KIND = {family.KIND: family for family in _FAMILIES}

FORMATS = "bcrypt, PBKDF2, scrypt, Argon2, {SSHA}, SHA-crypt, MD5-crypt"
"""For whoever brought something else."""


def read(text: str) -> Foreign:
    """A hash as it was exported. Raises `Unusable`, which says why and never what it was."""
    if len(text) > LONGEST_HASH or not text.isascii():
        raise Unusable("it is no password hash")
    for family in _FAMILIES:
        found = family.read(text)
        if found is not None:
            return found
    raise Unusable(f"its format is not known; these are: {FORMATS}")


def read_back(written: str) -> Recipe:
    """A recipe of a row."""
    return _BY_KIND[split(written)[0]].read_back(written)
