"""What recovery codes look like: 80 random bits in Crockford's base32, easy to type. Pure."""

from __future__ import annotations

import re
import secrets

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
LENGTH = 16
"""Characters of 5 bits."""
GROUP = 4
LONGEST_TYPED = 64

_ALIKE = str.maketrans({"O": "0", "I": "1", "L": "1"})
_SEPARATORS = re.compile(r"[\s\-\u2010-\u2015\u2212]")
_CODE = re.compile(f"[{ALPHABET}]{{{LENGTH}}}")


def new() -> str:
    """A code as it is shown, in groups of four."""
    code = "".join(secrets.choice(ALPHABET) for _ in range(LENGTH))
    return "-".join(code[start : start + GROUP] for start in range(0, LENGTH, GROUP))


def normalised(typed: str) -> str | None:
    """Case, spaces, hyphens and look-alike letters do not matter; None when it can be no code."""
    if len(typed) > LONGEST_TYPED:
        return None
    code = _SEPARATORS.sub("", typed).upper().translate(_ALIKE)
    return code if _CODE.fullmatch(code) else None
