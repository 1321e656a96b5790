"""Opaque values: row identifiers and bearer secrets, their digests and their comparison."""

import base64
import hashlib
import hmac
import secrets
import time

_CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"


def identifier() -> str:
    """A row id of 26 characters: 48 bits of milliseconds, then 80 random bits, so inserts stay
    local.
    """
    value = (time.time_ns() // 1_000_000 << 80) | secrets.randbits(80)
    return "".join(_CROCKFORD[(value >> shift) & 31] for shift in range(125, -5, -5))


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
