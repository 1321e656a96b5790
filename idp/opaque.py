"""Opaque values: row identifiers and bearer secrets, their digests and their comparison."""

import base64
import hashlib
import hmac
import secrets
import threading
import time
from datetime import timedelta

_making = threading.Lock()
_newest = 0
_CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_CROCKFORD_OF_BASE32 = bytes.maketrans(
    b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567", _CROCKFORD.encode("ascii")
)
_PAIRS = tuple(high + low for high in _CROCKFORD for low in _CROCKFORD)
"""Two digits for ten bits: several identifiers are written in most requests."""
_LENGTH = 26


def identifier() -> str:
    """A row id of 26 characters: 48 bits of milliseconds, then 80 random bits, so inserts stay
    local. Within a millisecond those of one process grow, so their order is that of the making.
    """
    global _newest  # noqa: PLW0603  the one before is what the next one must exceed
    with _making:
        milliseconds = time.time_ns() // 1_000_000
        if milliseconds == _newest >> 80:
            value = _newest + 1 + secrets.randbits(32)
        else:
            value = (milliseconds << 80) | secrets.randbits(80)
        _newest = value
    return _written(value)


def made_near(identifier_: str, before: timedelta, after: timedelta) -> tuple[str, str]:
    """The lowest and the highest row id of the time in which this one was made. Raises
    `ValueError` when it is none.
    """
    if len(identifier_) != _LENGTH:
        raise ValueError("not an identifier")
    value = 0
    for digit in identifier_:
        value = value << 5 | _CROCKFORD.index(digit)
    milliseconds, step = value >> 80, timedelta(milliseconds=1)
    lowest, highest = milliseconds - before // step, milliseconds + after // step
    return _written(max(0, lowest) << 80), _written(highest << 80)


def _written(value: int) -> str:
    return "".join([_PAIRS[(value >> shift) & 1023] for shift in range(120, -10, -10)])


def reference() -> str:
    """What a person can read out, and a request is found by: eight digits, `7F3K-91QD`."""
    digits = base64.b32encode(secrets.token_bytes(5)).translate(_CROCKFORD_OF_BASE32).decode()
    return f"{digits[:4]}-{digits[4:]}"


def make(prefix: str = "") -> str:
    """A bearer secret: an optional prefix that tells its kind, then 256 bits in base64url."""
    return prefix + secrets.token_urlsafe(32)


def digest(value: str) -> bytes:
    """What is stored of a bearer secret: SHA-256, 32 bytes. Enough, because the
    secret is random.
    """
    return hashlib.sha256(value.encode("utf-8", "surrogatepass")).digest()


def same(left: bytes, right: bytes) -> bool:
    """Compare in constant time."""
    return hmac.compare_digest(left, right)


def base64url(value: bytes) -> str:
    """RFC 4648 §5 without padding, as JOSE writes it."""
    return base64.urlsafe_b64encode(value).rstrip(b"=").decode("ascii")
