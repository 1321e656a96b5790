"""Everything that is OAuth: ask for a code, wait for the user, renew, give back. Copy it."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import requests

DEVICE_CODE = "urn:ietf:params:oauth:grant-type:device_code"
DEFAULT_INTERVAL = 5  # seconds, where the provider names none (RFC 8628 §3.2)
SLOWER = 5  # seconds more between two questions, when told to slow down (§3.5)

Tokens = dict[str, Any]


class Refused(Exception):
    """The provider said no; the message is its error code."""


@dataclass(slots=True)
class Provider:
    """The identity provider as this app sees it. The app has no secret: users have its files."""

    issuer: str
    client_id: str
    scope: str
    _metadata: dict[str, Any] = field(default_factory=dict, init=False)

    def sign_in(self, tell: Callable[[dict[str, Any]], None]) -> Tokens:
        """Asks for a code, has it shown by `tell`, and returns when the user has decided."""
        asked = self._post("device_authorization_endpoint", scope=self.scope)
        tell(asked)
        interval = int(asked.get("interval", DEFAULT_INTERVAL))
        ends_at = time.monotonic() + int(asked["expires_in"])
        while time.monotonic() < ends_at:
            time.sleep(interval)
            try:
                return self._tokens(grant_type=DEVICE_CODE, device_code=asked["device_code"])
            except Refused as problem:
                if str(problem) == "slow_down":
                    interval += SLOWER
                elif str(problem) != "authorization_pending":
                    raise
            except requests.ConnectionError:
                interval *= 2  # §3.5: a provider that is out of reach is not asked as often
        raise Refused("expired_token")

    def renew(self, tokens: Tokens) -> Tokens:
        """The refresh token rotates: the answer's replaces the one that was sent."""
        refreshed = self._tokens(grant_type="refresh_token", refresh_token=tokens["refresh_token"])
        return tokens | refreshed

    def revoke(self, tokens: Tokens) -> None:
        """RFC 7009: with the refresh token everything ends that came of it."""
        self._post("revocation_endpoint", token=tokens["refresh_token"])

    def userinfo(self, tokens: Tokens) -> dict[str, Any]:
        """OIDC Core §5.3."""
        bearer = {"Authorization": f"Bearer {tokens['access_token']}"}
        answer = requests.get(self._endpoint("userinfo_endpoint"), headers=bearer, timeout=10)
        answer.raise_for_status()
        return dict(answer.json())

    def _tokens(self, **fields: str) -> Tokens:
        tokens = self._post("token_endpoint", **fields)
        return tokens | {"expires_at": time.time() + int(tokens["expires_in"])}

    def _post(self, endpoint: str, **fields: str) -> dict[str, Any]:
        answer = requests.post(
            self._endpoint(endpoint),
            data={"client_id": self.client_id, **fields},
            timeout=10,
            allow_redirects=False,
        )
        if answer.status_code in {400, 401}:
            raise Refused(answer.json()["error"])
        answer.raise_for_status()
        return dict(answer.json()) if answer.content else {}

    def _endpoint(self, name: str) -> str:
        """OIDC Discovery §4.3: metadata of another issuer than the one asked are not believed."""
        if not self._metadata:
            url = f"{self.issuer}/.well-known/openid-configuration"
            answer = requests.get(url, timeout=10, allow_redirects=False)
            answer.raise_for_status()
            metadata = answer.json()
            if metadata["issuer"] != self.issuer:
                raise Refused(f"{self.issuer} says that it is {metadata['issuer']}")
            self._metadata = metadata
        return str(self._metadata[name])
