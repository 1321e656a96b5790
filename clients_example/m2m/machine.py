"""Get an access token as a machine: client_credentials, proven by a signed assertion.

Copy this file. The private key never leaves this machine; the provider knows its public half.
"""

from __future__ import annotations

import secrets
import time
from dataclasses import dataclass, field
from typing import Any

import requests
from joserfc import jwt
from joserfc.jwk import ECKey

ASSERTION_TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
ASSERTION_SECONDS = 60
RENEW_EARLIER = 30  # seconds, for the way to the resource and clocks that differ


@dataclass(slots=True)
class Machine:
    """One client. `token()` answers from memory until it is time for a new one."""

    issuer: str
    client_id: str
    key: ECKey = field(repr=False)
    scope: str
    resource: str
    _token: str | None = field(default=None, init=False, repr=False)
    _renew_at: float = field(default=0, init=False)

    def token(self) -> str:
        """Good for a request that is sent now. Raises `requests.HTTPError` if there is none."""
        if self._token is None or time.monotonic() >= self._renew_at:
            answer = self._ask()
            self._token = str(answer["access_token"])
            self._renew_at = time.monotonic() + int(answer["expires_in"]) - RENEW_EARLIER
        return self._token

    def _ask(self) -> dict[str, Any]:
        """RFC 6749 §4.4, RFC 7523 §2.2. There is no refresh token: the key is all it takes."""
        answer = requests.post(
            self._token_endpoint(),
            data={
                "grant_type": "client_credentials",
                "scope": self.scope,
                "resource": self.resource,
                "client_assertion_type": ASSERTION_TYPE,
                "client_assertion": self._assertion(),
            },
            timeout=10,
            allow_redirects=False,
        )
        answer.raise_for_status()
        return dict(answer.json())

    def _token_endpoint(self) -> str:
        answer = requests.get(f"{self.issuer}/.well-known/openid-configuration", timeout=10)
        answer.raise_for_status()
        metadata = answer.json()
        if metadata["issuer"] != self.issuer:
            raise ValueError(f"{self.issuer} says that it is {metadata['issuer']}")
        return str(metadata["token_endpoint"])

    def _assertion(self) -> str:
        """RFC 7523 §3: for this provider only, for a minute only, and for one request."""
        now = int(time.time())
        claims = {
            "iss": self.client_id,
            "sub": self.client_id,
            "aud": self.issuer,
            "iat": now,
            "exp": now + ASSERTION_SECONDS,
            "jti": secrets.token_urlsafe(24),
        }
        return jwt.encode({"alg": "ES256", "kid": self.key.kid}, claims, self.key)
