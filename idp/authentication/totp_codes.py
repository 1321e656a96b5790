"""The arithmetic of one-time codes (RFC 6238, RFC 4226): secrets, steps, codes. Pure."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass, field
from datetime import datetime

import pyotp

from idp import opaque

ALGORITHM = "SHA1"
"""What every authenticator app speaks; collisions of SHA-1 do not touch HMAC."""
DIGITS = 6
PERIOD = 30
SECRET_LENGTH = 32
"""Base32 characters: 160 bit (RFC 4226 §4, R6)."""
LONGEST_TYPED = 64
HINTED_STEPS = 10
"""A clock that is further off is not hinted at: too many codes would match by chance."""

_CODE = re.compile(r"[0-9]{6}", re.ASCII)
_DIGESTS = {"SHA1": hashlib.sha1, "SHA256": hashlib.sha256, "SHA512": hashlib.sha512}


@dataclass(frozen=True, slots=True)
class Secret:
    """What the app and we share, and how codes follow from it."""

    base32: str = field(repr=False)
    algorithm: str = ALGORITHM
    digits: int = DIGITS
    period: int = PERIOD

    @property
    def _generator(self) -> pyotp.TOTP:
        return pyotp.TOTP(
            self.base32,
            digits=self.digits,
            digest=_DIGESTS[self.algorithm],
            interval=self.period,
        )

    def code_at(self, step: int) -> str:
        """The code of one time step."""
        return self._generator.generate_otp(step)

    def uri(self, account: str, issuer: str) -> str:
        """What the QR code holds."""
        return self._generator.provisioning_uri(name=account, issuer_name=issuer)

    def step_at(self, instant: datetime) -> int:
        """The time step that an instant falls into (RFC 6238 §4.2)."""
        return int(instant.timestamp()) // self.period

    def matching(self, code: str, steps: range) -> list[int]:
        """The steps whose code this is. Looks at all of them, so that time tells nothing."""
        typed = code.encode()
        return [step for step in steps if opaque.same(self.code_at(step).encode(), typed)]


def new_secret() -> Secret:
    """160 random bits."""
    return Secret(pyotp.random_base32(SECRET_LENGTH))


def normalised(typed: str) -> str | None:
    """Without spaces, as people type them; None when it is not six ASCII digits."""
    code = "".join(typed.split()) if len(typed) <= LONGEST_TYPED else ""
    return code if _CODE.fullmatch(code) else None
