"""How a password that came from another system is kept until its owner signs in. Pure.

The foreign digest is never a column of ours: what is stored is its HMAC under the pepper, so that a
copy of the database alone cannot be attacked, and a quick scheme's is wrapped in bcrypt as soon as
the job comes to it. A check takes as long as one of our own passwords, whatever the scheme was.
"""

from __future__ import annotations

import base64
import hmac
import time
from dataclasses import replace
from hashlib import sha256

import bcrypt

from idp.authentication import foreign_hash
from idp.authentication.foreign_hash import Foreign
from idp.authentication.password_hash import Pepper, StoredHash, nobody

QUICK = "imported-quick"
"""An HMAC of the digest of a scheme by which guessing is cheap; waits to be wrapped."""
SLOW = "imported-slow"
"""The same of a scheme that is slow enough by itself."""
WRAPPED = "imported-bcrypt"
"""bcrypt over that HMAC."""

_PURPOSE = b"imported\x00"
_LEAST_COST = 4


def keep(foreign: Foreign, pepper: Pepper) -> StoredHash:
    """Quick, so that a million of them can be taken over."""
    sealed = _sealed(foreign.digest, pepper).decode("ascii")
    scheme = QUICK if foreign.recipe.is_quick else SLOW
    return StoredHash(sealed, pepper.key_id, scheme, foreign.recipe.written())


def wrap(stored: StoredHash, cost: int) -> StoredHash:
    """The same in bcrypt: at half the rounds, so that the foreign part has its time in a check."""
    rounds = max(_LEAST_COST, cost - 1)
    wrapped = bcrypt.hashpw(stored.hash.encode("ascii"), bcrypt.gensalt(rounds))
    return replace(stored, hash=wrapped.decode("ascii"), scheme=WRAPPED)


def matches(password: str, stored: StoredHash, pepper: Pepper, cost: int) -> bool:
    """Whether it is the one. Takes as long as a hash of `cost`, unless the foreign scheme alone
    took longer (R10).
    """
    began = time.perf_counter()
    digest = foreign_hash.read_back(stored.recipe or "").digest(password)
    sealed = _sealed(digest or b"", pepper)
    if stored.scheme == WRAPPED:
        is_same = bcrypt.checkpw(sealed, stored.hash.encode("ascii"))
    else:
        is_same = hmac.compare_digest(sealed, stored.hash.encode("ascii"))
    _take_the_rest(time.perf_counter() - began, cost)
    return is_same and digest is not None


def _sealed(digest: bytes, pepper: Pepper) -> bytes:
    """44 bytes, so that bcrypt takes all of it."""
    return base64.b64encode(hmac.new(pepper.key, _PURPOSE + digest, sha256).digest())


def _take_the_rest(spent: float, cost: int) -> None:
    """Dummy rounds for what is left of the time of a whole hash. A quarter of it is done first and
    says how long a round takes here and now; then halves, as far as they fit.
    """
    yardstick = max(_LEAST_COST, cost - 2)
    began = time.perf_counter()
    bcrypt.checkpw(b"", nobody(yardstick))
    measured = time.perf_counter() - began
    left = measured * (2.0 ** (cost - yardstick) - 1) - spent
    for rounds in range(cost - 1, _LEAST_COST - 1, -1):
        share = measured * 2.0 ** (rounds - yardstick)
        if share <= left:
            bcrypt.checkpw(b"", nobody(rounds))
            left -= share
