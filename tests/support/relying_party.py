"""A relying party by hand: builds requests, reads answers, exchanges codes. It trusts nothing and
hides nothing.
"""

from __future__ import annotations

import base64
import hashlib
import json
import secrets
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urlencode, urlsplit

if TYPE_CHECKING:
    from flask.testing import FlaskClient
    from werkzeug.test import TestResponse

REDIRECT_URI = "https://app.example/callback"


@dataclass
class RelyingParty:
    """One client, its current verifier, and the last answer that came back."""

    client: FlaskClient
    issuer: str
    client_id: str
    client_secret: str | None = None
    redirect_uri: str = REDIRECT_URI
    verifier: str = field(default_factory=lambda: secrets.token_urlsafe(48))

    def authorization_url(self, **parameters: Any) -> str:
        """A complete request; a parameter set to None is left out."""
        return "/authorize?" + urlencode(self.parameters(**parameters), doseq=True)

    def parameters(self, **changes: Any) -> dict[str, Any]:
        values: dict[str, Any] = {
            "response_type": "code",
            "client_id": self.client_id,
            "redirect_uri": self.redirect_uri,
            "scope": "openid",
            "state": "s-" + self.verifier[:8],
            "nonce": "n-" + self.verifier[8:16],
            "code_challenge": challenge(self.verifier),
            "code_challenge_method": "S256",
        } | changes
        return {name: value for name, value in values.items() if value is not None}

    def basic(self) -> dict[str, str]:
        pair = f"{self.client_id}:{self.client_secret}".encode()
        return {"Authorization": "Basic " + base64.b64encode(pair).decode()}

    def token(self, headers: dict[str, str] | None = None, **fields: Any) -> TestResponse:
        """POST to the token endpoint, authenticated as registered."""
        data = {name: value for name, value in fields.items() if value is not None}
        if headers is None:
            headers = self.basic() if self.client_secret else {}
        if not self.client_secret:
            data.setdefault("client_id", self.client_id)
        return self.client.post("/token", data=data, headers=headers, base_url=self.issuer)

    def exchange(self, code: str, **changes: Any) -> TestResponse:
        """Redeem a code as this client should."""
        fields: dict[str, Any] = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": self.redirect_uri,
            "code_verifier": self.verifier,
        }
        return self.token(**(fields | changes))

    def refresh(self, refresh_token: str, **fields: Any) -> TestResponse:
        return self.token(grant_type="refresh_token", refresh_token=refresh_token, **fields)

    def userinfo(self, access_token: str) -> TestResponse:
        headers = {"Authorization": f"Bearer {access_token}"}
        return self.client.get("/userinfo", headers=headers, base_url=self.issuer)


def challenge(verifier: str) -> str:
    """RFC 7636 §4.2."""
    digest = hashlib.sha256(verifier.encode()).digest()
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()


def answer(url: str | None) -> dict[str, str]:
    """The parameters of an authorization response in the query."""
    assert url is not None, "the browser has not come back to the app"
    return {
        name: values[0]
        for name, values in parse_qs(urlsplit(url).query, keep_blank_values=True).items()
    }


def claims(token: str) -> dict[str, Any]:
    """The payload of a JWT, unverified: whoever checks signatures uses the published keys."""
    payload = token.split(".")[1]
    decoded: dict[str, Any] = json.loads(
        base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4))
    )
    return decoded


def header(token: str) -> dict[str, Any]:
    """The protected header of a JWT."""
    head = token.split(".", maxsplit=1)[0]
    decoded: dict[str, Any] = json.loads(base64.urlsafe_b64decode(head + "=" * (-len(head) % 4)))
    return decoded
