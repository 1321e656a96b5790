"""Judging access tokens: JWTs of one issuer (RFC 9068), and how to refuse one (RFC 6750, RFC 9470).

Copy it as it is. The provider is asked for its keys only, never about a token.
"""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass, field
from typing import Any

import requests
from joserfc import jwt
from joserfc.errors import InvalidKeyIdError, JoseError
from joserfc.jwk import KeySet
from joserfc.jws import JWSRegistry

ALGORITHMS = ["ES256", "RS256"]  # ours to choose, never the token's
CLOCK_SKEW = 10  # seconds by which two machines may differ
KEYS_LIVE = 900  # seconds
FETCH_AGAIN = 10  # seconds between looks for a key that is not known, however many ask for one


class Challenge(Exception):
    """No, and what would help (RFC 6750 §3). `members` go into `WWW-Authenticate`."""

    def __init__(self, status: int, **members: str) -> None:
        super().__init__(members.get("error", "no token"))
        self.status = status
        self.members = members

    @property
    def header(self) -> str:
        """Values are quoted strings; ours hold neither quotes nor backslashes."""
        return "Bearer " + ", ".join(f'{name}="{value}"' for name, value in self.members.items())


@dataclass(frozen=True, slots=True)
class Needs:
    """What an operation wants of a token. `max_age` in seconds since the user's sign-in."""

    scope: str
    acr: str | None = None
    max_age: int | None = None

    def judge(self, claims: dict[str, Any]) -> None:
        """Raises `Challenge`. A machine's token has no `acr` and fails where one is wanted."""
        if self.scope not in str(claims.get("scope", "")).split():
            raise Challenge(403, error="insufficient_scope", scope=self.scope)
        is_strong = self.acr is None or claims.get("acr") == self.acr
        age = time.time() - claims.get("auth_time", 0)
        if not is_strong or (self.max_age is not None and age > self.max_age + CLOCK_SKEW):
            raise Challenge(401, **self._stronger())

    def _stronger(self) -> dict[str, str]:
        """RFC 9470 §3: the client goes back to the provider and asks for exactly this."""
        said = {
            "error": "insufficient_user_authentication",
            "error_description": "A stronger or more recent sign-in is needed",
        }
        if self.acr is not None:
            said["acr_values"] = self.acr
        if self.max_age is not None:
            said["max_age"] = str(self.max_age)
        return said


@dataclass(slots=True)
class Tokens:
    """Of one issuer, for one audience: this API. Safe to share between threads."""

    issuer: str
    audience: str
    _keys: KeySet = field(default_factory=lambda: KeySet([]), init=False)
    _fetched_at: float = field(default=float("-inf"), init=False)
    _lock: threading.Lock = field(default_factory=threading.Lock, init=False)

    def claims(self, authorization: str | None, needs: Needs) -> dict[str, Any]:
        """The claims of a good token that suffices. Raises `Challenge`."""
        scheme, _, token = (authorization or "").partition(" ")
        if scheme.lower() != "bearer" or not token:
            # RFC 6750 §3.1: who has shown nothing is told nothing.
            raise Challenge(401, realm="api")
        try:
            claims = self._verified(token)
        except (JoseError, ValueError) as problem:
            raise Challenge(401, error="invalid_token") from problem
        needs.judge(claims)
        return claims

    def _verified(self, token: str) -> dict[str, Any]:
        """RFC 9068 §4. An ID token of the same issuer is no access token: `typ` tells."""
        decoded = self._decoded(token)
        if str(decoded.header.get("typ", "")).lower() not in {"at+jwt", "application/at+jwt"}:
            raise ValueError("no access token")
        essential: dict[str, Any] = {name: {"essential": True} for name in ("exp", "iat", "sub")}
        jwt.JWTClaimsRegistry(
            leeway=CLOCK_SKEW,
            iss={"essential": True, "value": self.issuer},
            aud={"essential": True, "value": self.audience},
            **essential,
        ).validate(decoded.claims)
        return decoded.claims

    def _decoded(self, token: str) -> jwt.Token:
        registry = JWSRegistry(algorithms=ALGORITHMS, strict_check_header=False)
        try:
            return jwt.decode(token, self._current_keys(KEYS_LIVE), registry=registry)
        except InvalidKeyIdError:
            # The provider may have a new key.
            return jwt.decode(token, self._current_keys(FETCH_AGAIN), registry=registry)

    def _current_keys(self, not_older_than: int) -> KeySet:
        with self._lock:
            if time.monotonic() - self._fetched_at > not_older_than:
                self._keys = KeySet.import_key_set(self._get(self._metadata()["jwks_uri"]))
                self._fetched_at = time.monotonic()
            return self._keys

    def _metadata(self) -> dict[str, Any]:
        metadata: dict[str, Any] = self._get(f"{self.issuer}/.well-known/openid-configuration")
        if metadata["issuer"] != self.issuer:
            raise ValueError(f"{self.issuer} says that it is {metadata['issuer']}")
        return metadata

    def _get(self, url: str) -> Any:  # noqa: ANN401  whatever JSON holds
        answer = requests.get(url, timeout=10, allow_redirects=False)
        answer.raise_for_status()
        return answer.json()
