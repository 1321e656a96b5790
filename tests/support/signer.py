"""Keys of other people, and JWTs signed with them: proper ones, and any kind of improper one."""

from __future__ import annotations

import base64
import json
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from idp.signing.algorithms import ALGORITHMS, AsymmetricKey


@dataclass(frozen=True, slots=True)
class Signer:
    """One private key of somebody, used with one algorithm."""

    alg: str
    key: AsymmetricKey
    kid: str | None = "k1"

    @property
    def jwk(self) -> dict[str, Any]:
        """The public key as its owner publishes it."""
        bare = self.key.as_dict(private=False)
        bare.pop("kid", None)
        return bare if self.kid is None else bare | {"kid": self.kid}

    @property
    def jwks(self) -> dict[str, Any]:
        return {"keys": [self.jwk]}

    def sign(self, claims: dict[str, Any], **header: Any) -> str:
        """A JWT; a header member set to None is left out."""
        members = {"alg": self.alg, "kid": self.kid} | header
        head = {name: value for name, value in members.items() if value is not None}
        return self.sign_raw(json.dumps(head), json.dumps(claims))

    def sign_raw(self, header: str | bytes, claims: str | bytes) -> str:
        """Whatever is given, with a right signature."""
        message = f"{segment(header)}.{segment(claims)}"
        return f"{message}.{segment(ALGORITHMS[self.alg].sign(message.encode(), self.key))}"


def signer(alg: str = "ES256", kid: str | None = "k1", number: int = 0) -> Signer:
    """The same key for the same algorithm and number, since RSA keys take a while to make."""
    return Signer(alg, _key("RS256" if alg == "PS256" else alg, number), kid)


@lru_cache(maxsize=32)
def _key(alg: str, _number: int) -> AsymmetricKey:
    return ALGORITHMS[alg].generate(rsa_key_size=2048)


def segment(content: str | bytes) -> str:
    """base64url without padding."""
    raw = content.encode("utf-8", "surrogatepass") if isinstance(content, str) else content
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()
