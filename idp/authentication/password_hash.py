"""How a password is kept: bcrypt over base64(HMAC-SHA-256(pepper, NFKC(password))). Pure.

The HMAC makes 44 bytes of any password, so bcrypt (72 bytes at most) truncates nothing. A copy of
the database alone cannot be attacked, because the pepper is derived from the key ring.
"""

from __future__ import annotations

import base64
import hmac
import secrets
import unicodedata
from dataclasses import dataclass, field
from hashlib import sha256

import bcrypt

SCHEME = "bcrypt-hmac-sha256"
_SALT_ALPHABET = "./ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"


@dataclass(frozen=True, slots=True)
class StoredHash:
    """What the row holds."""

    hash: str
    pepper_key_id: str
    scheme: str = SCHEME
    recipe: str | None = None
    """Of an imported one: what is done to a typed password first (`imported_hash`)."""

    @property
    def cost(self) -> int | None:
        """None: it is not one of ours."""
        return int(self.hash.split("$")[2]) if self.scheme == SCHEME else None


@dataclass(frozen=True, slots=True)
class Pepper:
    """A key of the ring, for this purpose."""

    key_id: str
    key: bytes = field(repr=False)


def normalised(password: str) -> str:
    """NFKC and nothing else (NIST SP 800-63B-4 §3.1.1.2): one password on every keyboard."""
    return unicodedata.normalize("NFKC", password)


def make(password: str, pepper: Pepper, cost: int) -> StoredHash:
    """Slow on purpose."""
    hashed = bcrypt.hashpw(_digestible(password, pepper), bcrypt.gensalt(cost))
    return StoredHash(hashed.decode("ascii"), pepper.key_id)


def matches(password: str, stored: StoredHash | None, pepper: Pepper, cost: int) -> bool:
    """Whether it is the one. Costs as much as a hash of `cost`, whatever there is to match."""
    if stored is None or stored.cost is None:
        bcrypt.checkpw(_digestible(password, pepper), nobody(cost))
        return False
    digestible = _digestible(password, pepper)
    is_right = bcrypt.checkpw(digestible, stored.hash.encode("ascii"))
    # 2^s + 2^s + … + 2^(c-1) = 2^c rounds: a cheaper, older hash is not told by its speed.
    for rounds in range(stored.cost, cost):
        bcrypt.checkpw(digestible, nobody(rounds))
    return is_right


def _digestible(password: str, pepper: Pepper) -> bytes:
    # A lone surrogate cannot come from a form, but must not be an error either.
    text = normalised(password).encode("utf-8", "surrogatepass")
    return base64.b64encode(hmac.new(pepper.key, text, sha256).digest())


def nobody(cost: int) -> bytes:
    """The hash of no password: well-formed, so that checking it takes all its rounds."""
    tail = "".join(secrets.choice(_SALT_ALPHABET) for _ in range(30))
    return f"$2b${cost:02d}${'.' * 22}{tail}.".encode("ascii")
