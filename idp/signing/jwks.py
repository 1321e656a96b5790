"""The published key set (RFC 7517 §5): bytes and `ETag`, made once for each set of keys."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import lru_cache
from hashlib import sha256

from idp.signing import keystore
from idp.signing.key import SigningKey


@dataclass(frozen=True, slots=True)
class Document:
    """The body of the answer and the validator of its content."""

    body: bytes
    etag: str
    """Without quotes."""


def document() -> Document:
    """The public keys that verify what we sign, have signed, and are about to sign."""
    return _written(tuple(keystore.public_set()))


@lru_cache(maxsize=16)
def _written(keys: tuple[SigningKey, ...]) -> Document:
    # A key object belongs to one version of the table, so the keys themselves are the cache's key.
    members = [key.public_jwk | {"kid": key.kid, "use": "sig", "alg": key.alg} for key in keys]
    body = json.dumps({"keys": members}, separators=(",", ":")).encode()
    return Document(body, sha256(body).hexdigest()[:32])
