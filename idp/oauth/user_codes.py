"""User codes (RFC 8628 §6.1): short enough to be typed on a phone, too many to be guessed.

Twenty letters without vowels, so that no code is a word; eight of them are 34 bits, of which five
guesses are nothing (§5.1).
"""

from __future__ import annotations

import re
import secrets

from idp.extensions import keyring

ALPHABET = "BCDFGHJKLMNPQRSTVWXZ"
LENGTH = 8

_CODE = re.compile(rf"[{ALPHABET}]{{{LENGTH}}}")
_SEPARATORS = re.compile(r"[\W_]")


def make() -> str:
    """A new one, as `read` gives it."""
    return "".join(secrets.choice(ALPHABET) for _ in range(LENGTH))


def read(typed: str) -> str | None:
    """What somebody typed: small letters, spaces and a missing hyphen are no mistakes."""
    code = _SEPARATORS.sub("", typed[:100]).upper()
    return code if _CODE.fullmatch(code) else None


def shown(code: str) -> str:
    """XXXX-XXXX."""
    return f"{code[:4]}-{code[4:]}"


def digest(code: str) -> bytes:
    """What is stored: keyed, since all of them could be tried against a bare digest."""
    return digests(code)[0]


def digests(code: str) -> list[bytes]:
    """What may be stored of it: under each key of the ring."""
    return keyring().keyed_digests("user-code", code.encode())
