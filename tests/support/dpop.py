"""A key that an app has, and the proofs that it makes by it (RFC 9449)."""

from __future__ import annotations

import base64
import hashlib
import secrets
from dataclasses import dataclass
from typing import Any

from idp import clock
from tests.support.signer import Signer, signer


@dataclass(frozen=True, slots=True)
class Prover:
    """`signer` without a `kid`, as libraries have it."""

    signer: Signer

    @property
    def jkt(self) -> str:
        """RFC 7638."""
        return str(self.signer.key.thumbprint())

    def proof(self, method: str, address: str, token: str | None = None, **changes: Any) -> str:
        """What a good library makes; a claim or member set to None is left out. `header`: changes
        of the header.
        """
        header = {"typ": "dpop+jwt", "jwk": self.signer.jwk} | changes.pop("header", {})
        claims: dict[str, Any] = {
            "jti": secrets.token_urlsafe(16),
            "htm": method,
            "htu": address,
            "iat": int(clock.now().timestamp()),
        }
        if token is not None:
            claims["ath"] = ath(token)
        told = {name: value for name, value in (claims | changes).items() if value is not None}
        return self.signer.sign(told, **header)


def ath(token: str) -> str:
    """§4.2: of an access token."""
    digest = hashlib.sha256(token.encode()).digest()
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()


def prover(alg: str = "ES256", number: int = 0) -> Prover:
    """The same key for the same algorithm and number."""
    return Prover(signer(alg, None, number))
