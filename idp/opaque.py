"""Opaque values: row identifiers and bearer secrets, their digests and their comparison."""

import base64
import hashlib
import hmac
import os
import secrets
import threading
import time
from datetime import timedelta
from io import BytesIO

_making = threading.Lock()
_newest = 0
_CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_PAIRS = tuple(high + low for high in _CROCKFORD for low in _CROCKFORD)
"""Two digits for ten bits: several identifiers are written in most requests."""
_LENGTH = 26

_AHEAD_BYTES = 4096
_ahead = BytesIO()
"""Random bytes for names, which are no secrets. They are read ahead, since asking the system lets
go of the interpreter, for which other threads wait. A secret is drawn when it is made.
"""


def identifier() -> str:
    """A row id of 26 characters: 48 bits of milliseconds, then 80 random bits, so inserts stay
    local. Within a millisecond those of one process grow, so their order is that of the making.
    """
    global _newest  # noqa: PLW0603  the one before is what the next one must exceed
    with _making:
        milliseconds = time.time_ns() // 1_000_000
        if milliseconds == _newest >> 80:
            value = _newest + 1 + _bits(32)
        else:
            value = (milliseconds << 80) | _bits(80)
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


def _bits(count: int) -> int:
    return int.from_bytes(_drawn(count // 8), "big")


def _drawn(count: int) -> bytes:
    """Only for who holds the lock."""
    global _ahead  # noqa: PLW0603  filled anew when it has run out
    drawn = _ahead.read(count)
    if len(drawn) < count:
        _ahead = BytesIO(secrets.token_bytes(_AHEAD_BYTES))
        drawn = _ahead.read(count)
    return drawn


def _draw_anew() -> None:
    """A new child would make its parent's names."""
    global _ahead  # noqa: PLW0603
    _ahead = BytesIO()


os.register_at_fork(after_in_child=_draw_anew)


def reference() -> str:
    """What a person can read out, and a request is found by: eight digits, `7F3K-91QD`."""
    with _making:
        drawn = _bits(40)
    half, rest = divmod(drawn, 1 << 20)
    return f"{_PAIRS[half >> 10]}{_PAIRS[half & 1023]}-{_PAIRS[rest >> 10]}{_PAIRS[rest & 1023]}"


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
