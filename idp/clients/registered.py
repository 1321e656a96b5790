"""A registered client as the flows see it: a frozen snapshot of its row and secrets."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from config import SecondFactorPolicy
from idp import opaque
from idp.clients.metadata.proposed import FAPI2
from idp.signing.algorithms import OF_FAPI2


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
    access_token_signed_response_alg: str
    authorization_signed_response_alg: str | None
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
    require_pushed_authorization_requests: bool
    require_signed_request_object: bool
    dpop_bound_access_tokens: bool
    min_acr: str | None
    second_factor_policy: SecondFactorPolicy | None
    trusted: bool
    allowed_groups: tuple[str, ...]
    id_token_claims: tuple[str, ...]
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
    def binds_access_tokens(self) -> bool:
        """RFC 9449 §5.2, FAPI 2.0 §5.3.2.1: they are good for nobody but who has the key."""
        return self.dpop_bound_access_tokens or self.is_fapi2

    @property
    def pushes_requests(self) -> bool:
        """RFC 9126 §6, FAPI 2.0 §5.3.2.2: its requests are taken in no other way."""
        return self.require_pushed_authorization_requests or self.is_fapi2

    @property
    def is_fapi2(self) -> bool:
        """Held to the FAPI 2.0 Security Profile."""
        return self.profile == FAPI2

    def may_sign_by(self, alg: str) -> bool:
        """FAPI 2.0 §5.4.1."""
        return not self.is_fapi2 or alg in OF_FAPI2

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
        """Every secret that has not expired is good."""
        return self.secret_matching(secret, now) is not None

    def secret_matching(self, secret: str, now: datetime) -> Secret | None:
        """Compares digests in constant time, each of those that are good."""
        offered = opaque.digest(secret)
        good = [one for one in self.secrets if one.expires_at is None or one.expires_at > now]
        matching = [known for known in good if opaque.same(offered, known.digest)]
        return matching[0] if matching else None
