"""A registered client as the flows see it: a frozen snapshot of its row and secrets."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from config import SecondFactorPolicy
from idp import opaque


@dataclass(frozen=True, slots=True)
class Secret:
    """The digest of one secret, and when it ends."""

    digest: bytes = field(repr=False)
    expires_at: datetime | None


@dataclass(frozen=True)
class RegisteredClient:
    """What is checked of a client. Shared between requests: it holds no row and never changes."""

    client_id: str
    client_name: str
    application_type: str
    profile: str
    token_endpoint_auth_method: str | None
    grant_types: frozenset[str]
    response_types: frozenset[str]
    redirect_uris: tuple[str, ...]
    post_logout_redirect_uris: tuple[str, ...]
    scopes: frozenset[str]
    id_token_signed_response_alg: str
    userinfo_signed_response_alg: str | None
    request_object_signing_alg: str | None
    token_endpoint_auth_signing_alg: str | None
    jwks: dict[str, Any] | None
    jwks_uri: str | None
    subject_type: str
    sector_identifier_uri: str | None
    request_uris: tuple[str, ...]
    backchannel_logout_uri: str | None
    backchannel_logout_session_required: bool
    frontchannel_logout_uri: str | None
    frontchannel_logout_session_required: bool
    default_max_age: int | None
    default_acr_values: tuple[str, ...]
    require_auth_time: bool
    min_acr: str | None
    second_factor_policy: SecondFactorPolicy | None
    trusted: bool
    pkce_waived: bool
    rotate_refresh_tokens: bool
    refresh_grace: int
    access_token_lifetime: int | None
    metadata: dict[str, Any]
    secrets: tuple[Secret, ...]
    registration_token_digest: bytes | None = field(repr=False)
    created_at: datetime
    disabled_at: datetime | None

    @property
    def is_public(self) -> bool:
        """RFC 6749 §2.1: it cannot keep a secret."""
        return self.token_endpoint_auth_method == "none"  # noqa: S105  a method, no secret

    @property
    def uses_secret(self) -> bool:
        """Public clients prove nothing, others may prove themselves by their keys."""
        return self.token_endpoint_auth_method not in {"none", "private_key_jwt"}

    @property
    def is_self_registered(self) -> bool:
        """Nobody here has looked at it (RFC 7591)."""
        return self.registration_token_digest is not None

    @property
    def is_enabled(self) -> bool:
        return self.disabled_at is None

    @property
    def host(self) -> str:
        """What users are shown beside the name: where the first redirect leads."""
        uris = self.redirect_uris or (self.home_url or "",)
        return urlsplit(uris[0]).netloc

    @property
    def home_url(self) -> str | None:
        """Where a sign-in can be started again."""
        return self.metadata.get("initiate_login_uri") or self.metadata.get("client_uri")

    def accepts_secret(self, secret: str, now: datetime) -> bool:
        """Compares digests in constant time; every secret that has not expired is good."""
        offered = opaque.digest(secret)
        matches = [
            opaque.same(offered, known.digest)
            for known in self.secrets
            if known.expires_at is None or known.expires_at > now
        ]
        return any(matches)
