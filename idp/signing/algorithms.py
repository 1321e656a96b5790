"""Signature algorithms (RFC 7518 §3, RFC 8037): how their keys are made, kept and used.

Signing and verifying go straight to joserfc's algorithm with one key: its high-level functions add
a header check that is looser than ours and a quarter of the time.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, cast

from cryptography.hazmat.primitives.asymmetric.types import PrivateKeyTypes
from cryptography.hazmat.primitives.serialization import load_der_private_key
from joserfc.jwk import ECKey, OKPKey, RSAKey
from joserfc.jws import JWSRegistry

AsymmetricKey = RSAKey | ECKey | OKPKey


@dataclass(frozen=True, slots=True)
class Algorithm:
    """One value of `alg`, and the kind of key that belongs to it."""

    name: str
    key_class: type[RSAKey] | type[ECKey] | type[OKPKey]
    curve: str | None = None

    def generate(self, rsa_key_size: int) -> AsymmetricKey:
        """A new key, with the thumbprint of RFC 7638 as its `kid`."""
        shape = self.curve or rsa_key_size
        return self.key_class.generate_key(cast(Any, shape), auto_kid=True)

    def load_private(self, der: bytes) -> AsymmetricKey:
        """A key as `as_der` wrote it. It comes from under a seal, so it is not proven prime again:
        that would cost every start 100 ms a key."""
        native: PrivateKeyTypes = load_der_private_key(
            der, password=None, unsafe_skip_rsa_key_validation=True
        )
        return self.key_class.import_key(cast(Any, native))

    def load_public(self, jwk: dict[str, Any]) -> AsymmetricKey:
        """A public key as it is published."""
        return self.key_class.import_key(cast(Any, jwk))

    def sign(self, message: bytes, key: AsymmetricKey) -> bytes:
        """The signature of a message."""
        return JWSRegistry.algorithms[self.name].sign(message, key)

    def verify(self, message: bytes, signature: bytes, key: AsymmetricKey) -> bool:
        """Whether the signature is right."""
        return JWSRegistry.algorithms[self.name].verify(message, signature, key)


ALGORITHMS: dict[str, Algorithm] = {
    algorithm.name: algorithm
    for algorithm in (
        Algorithm("RS256", RSAKey),
        Algorithm("ES256", ECKey, "P-256"),
        Algorithm("PS256", RSAKey),
        Algorithm("EdDSA", OKPKey, "Ed25519"),
    )
}
"""What a key can be made for."""

OFFERED: tuple[str, ...] = ("RS256", "ES256", "PS256", "EdDSA")
"""What a deployment has keys for and clients may choose; RS256 is mandatory (OIDC Core §15.1)."""

OF_FAPI2: tuple[str, ...] = ("PS256", "ES256", "EdDSA")
"""FAPI 2.0 Security Profile §5.4.1."""
