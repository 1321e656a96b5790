"""Argon2 (RFC 9106), version 1.3, in its own notation, also behind Django's prefix."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from cryptography.hazmat.primitives.kdf.argon2 import Argon2d, Argon2i, Argon2id

from idp.authentication.foreign_hash import base
from idp.authentication.foreign_hash.base import Foreign, Unusable

KIND = "argon2"
_VARIANTS: Mapping[str, type[Argon2id | Argon2i | Argon2d]] = {
    "id": Argon2id,
    "i": Argon2i,
    "d": Argon2d,
}
_MOST_LANES, _MOST_PASSES = 16, 20
_MOST_MEMORY = 1 << 17
"""KiB."""
_MOST_WORK = 1 << 20
"""KiB times passes: about a second."""
_QUICK = 1 << 14
_SHORTEST_SALT = 8

_HASH = re.compile(
    r"\$argon2(id|i|d)\$v=19\$m=([0-9]+),t=([0-9]+),p=([0-9]+)\$([^$]+)\$([^$]+)", re.ASCII
)


@dataclass(frozen=True, slots=True)
class Argon2:
    """`memory`: KiB."""

    variant: str
    memory: int
    passes: int
    lanes: int
    salt: bytes
    length: int

    @property
    def is_quick(self) -> bool:
        return self.memory * self.passes < _QUICK

    def digest(self, password: str) -> bytes:
        derivation = _VARIANTS[self.variant](
            salt=self.salt,
            length=self.length,
            iterations=self.passes,
            lanes=self.lanes,
            memory_cost=self.memory,
        )
        return derivation.derive(base.octets(password))

    def written(self) -> str:
        parts = (self.variant, self.memory, self.passes, self.lanes, self.salt, self.length)
        return base.joined(KIND, *parts)


def read(text: str) -> Foreign | None:
    """None: this is none of ours. Raises `Unusable`."""
    # Django writes the name of its hasher and `$`, then the hash without its first `$`.
    plain = text.removeprefix("argon2") if text.startswith("argon2$") else text
    if not plain.startswith("$argon2"):
        return None
    found = _HASH.fullmatch(plain)
    if found is None:
        raise Unusable("it is not a whole Argon2 hash of version 19")
    variant, m, t, p, salt, digest = found.groups()
    lanes = base.bounded("p of Argon2", base.whole(p), least=1, most=_MOST_LANES)
    memory = base.bounded("m of Argon2", base.whole(m), least=8 * lanes, most=_MOST_MEMORY)
    passes = base.bounded("t of Argon2", base.whole(t), least=1, most=_MOST_PASSES)
    base.bounded("the work of Argon2", memory * passes, least=8, most=_MOST_WORK)
    made, seasoning = base.sane_digest(base.from_base64(digest)), base.from_base64(salt)
    if len(base.sane_salt(seasoning)) < _SHORTEST_SALT:
        raise Unusable(f"its salt has fewer than {_SHORTEST_SALT} bytes")
    return Foreign(Argon2(variant, memory, passes, lanes, seasoning, len(made)), made)


def read_back(written: str) -> Argon2:
    _, variant, memory, passes, lanes, salt, length = base.split(written)
    return Argon2(
        variant, int(memory), int(passes), int(lanes), base.from_base64(salt), int(length)
    )
