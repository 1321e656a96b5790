"""A device that holds passkeys, in software: makes keys (ES256, unattested) and signs with them.

What it says of itself can be bent, to see what a provider makes of it.
"""

from __future__ import annotations

import hashlib
import json
import secrets
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from urllib.parse import urljoin

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from webauthn.helpers import base64url_to_bytes, bytes_to_base64url, encode_cbor

if TYPE_CHECKING:
    from tests.support.browser import Browser

USER_PRESENT, USER_VERIFIED, ATTESTED = 0x01, 0x04, 0x40


@dataclass
class HeldKey:
    """One passkey of the device. `counter` stays 0 where the device does not count."""

    private: ec.EllipticCurvePrivateKey
    user_handle: bytes
    counter: int


@dataclass
class Authenticator:
    """A phone, a laptop or a security key, and the browser that speaks for it."""

    origin: str
    flags: int = USER_PRESENT | USER_VERIFIED
    counts: bool = False
    cross_origin: bool = False
    claimed_rp_id: str | None = None
    keys: dict[str, HeldKey] = field(default_factory=dict)

    def create(self, options: str, *, like: str | None = None) -> str:
        """The answer to options for a new passkey. `like`: the id of another, which it takes."""
        asked, private = json.loads(options), ec.generate_private_key(ec.SECP256R1())
        raw_id = base64url_to_bytes(like) if like else secrets.token_bytes(32)
        key = HeldKey(private, base64url_to_bytes(asked["user"]["id"]), counter=int(self.counts))
        self.keys[bytes_to_base64url(raw_id)] = key
        public = private.public_key().public_numbers()
        cose = {1: 2, 3: -7, -1: 1, -2: public.x.to_bytes(32), -3: public.y.to_bytes(32)}
        attested = bytes(16) + len(raw_id).to_bytes(2) + raw_id + encode_cbor(cose)
        data = self._data(asked["rp"]["id"], key, self.flags | ATTESTED) + attested
        attestation = encode_cbor({"fmt": "none", "attStmt": {}, "authData": data})
        return self._answer(
            bytes_to_base64url(raw_id),
            clientDataJSON=self._client_data("webauthn.create", asked["challenge"]),
            attestationObject=attestation,
            transports=["internal", "hybrid", "from-the-future"],
        )

    def sign(self, options: str, key_id: str | None = None, **overrides: Any) -> str:
        """The answer to options for a proof, by the key that is allowed or the first it holds."""
        asked = json.loads(options)
        allowed = [one["id"] for one in asked["allowCredentials"]] or list(self.keys)
        key_id = key_id or next(one for one in allowed if one in self.keys)
        key = self.keys[key_id]
        key.counter += int(self.counts)
        data = self._data(asked["rpId"], key, self.flags)
        client_data = self._client_data("webauthn.get", asked["challenge"])
        signed = data + hashlib.sha256(client_data).digest()
        response = {
            "clientDataJSON": client_data,
            "authenticatorData": data,
            "signature": key.private.sign(signed, ec.ECDSA(hashes.SHA256())),
            "userHandle": key.user_handle,
        }
        return self._answer(key_id, **(response | overrides))

    def _data(self, rp_id: str, key: HeldKey, flags: int) -> bytes:
        """WebAuthn §6.1."""
        digest = hashlib.sha256((self.claimed_rp_id or rp_id).encode()).digest()
        return digest + bytes([flags]) + key.counter.to_bytes(4)

    def _client_data(self, type_: str, challenge: str) -> bytes:
        """WebAuthn §5.8.1."""
        data = {"type": type_, "challenge": challenge, "origin": self.origin}
        return json.dumps(data | {"crossOrigin": self.cross_origin}).encode()

    def _answer(self, key_id: str, **response: Any) -> str:
        """WebAuthn §5.1: what `toJSON()` gives."""
        encoded = {
            name: bytes_to_base64url(value) if isinstance(value, bytes) else value
            for name, value in response.items()
        }
        about = {"id": key_id, "rawId": key_id, "type": "public-key"}
        return json.dumps(about | {"response": encoded})


def show(device: Authenticator, window: Browser, **typed: str) -> Browser:
    """What the page's script does with its passkey form: fetch the options, send the answer."""
    form = window.find("form[data-passkey]")
    fields = window.fields_of(form)
    response = window.client.post(
        str(form["data-options"]),
        data=fields,
        headers={"Origin": window.issuer},
        base_url=window.issuer,
    )
    assert (response.status_code, response.mimetype) == (200, "application/json")
    options = response.get_data(as_text=True)
    answer = device.create(options) if form["data-passkey"] == "create" else device.sign(options)
    action = urljoin(window.url, str(form["action"]))
    return window.open(action, method="POST", data=fields | typed | {"answer": answer})
