"""Relying parties: registered metadata (RFC 7591 §2) and their secrets."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Integer, LargeBinary, String, Text, false
from sqlalchemy.orm import Mapped, mapped_column

from idp import clock, opaque
from idp.models.base import Base, Digest, Document, Identifier, UtcDateTime


class Client(Base):
    """A registered client. Columns hold what is checked; `metadata_` holds what is only shown."""

    __tablename__ = "clients"

    id: Mapped[str] = mapped_column(Identifier, primary_key=True, default=opaque.identifier)
    client_id: Mapped[str] = mapped_column(String(255), unique=True)
    client_name: Mapped[str] = mapped_column(Text)
    application_type: Mapped[str] = mapped_column(String(10), default="web")
    profile: Mapped[str] = mapped_column(String(10), default="standard")
    token_endpoint_auth_method: Mapped[str | None] = mapped_column(String(40))
    """None: confidential, by Basic or by POST, whichever the library tries."""
    grant_types: Mapped[list[str]] = mapped_column(Document)
    response_types: Mapped[list[str]] = mapped_column(Document)
    redirect_uris: Mapped[list[str]] = mapped_column(Document, default=list)
    post_logout_redirect_uris: Mapped[list[str]] = mapped_column(Document, default=list)
    scope: Mapped[str] = mapped_column(Text)
    """The scopes it may ask for, separated by spaces."""
    id_token_signed_response_alg: Mapped[str] = mapped_column(String(10), default="RS256")
    userinfo_signed_response_alg: Mapped[str | None] = mapped_column(String(10))
    access_token_signed_response_alg: Mapped[str] = mapped_column(
        String(10), default="ES256", server_default="ES256"
    )
    authorization_signed_response_alg: Mapped[str | None] = mapped_column(String(10))
    request_object_signing_alg: Mapped[str | None] = mapped_column(String(10))
    token_endpoint_auth_signing_alg: Mapped[str | None] = mapped_column(String(10))
    jwks: Mapped[dict[str, Any] | None] = mapped_column(Document)
    jwks_uri: Mapped[str | None] = mapped_column(Text)
    subject_type: Mapped[str] = mapped_column(String(10), default="public")
    sector_identifier_uri: Mapped[str | None] = mapped_column(Text)
    request_uris: Mapped[list[str]] = mapped_column(Document, default=list)
    backchannel_logout_uri: Mapped[str | None] = mapped_column(Text)
    backchannel_logout_session_required: Mapped[bool] = mapped_column(default=False)
    frontchannel_logout_uri: Mapped[str | None] = mapped_column(Text)
    frontchannel_logout_session_required: Mapped[bool] = mapped_column(default=False)
    registration_token_digest: Mapped[bytes | None] = mapped_column(Digest)
    """Of the token with which a client that registered itself manages its registration."""
    default_max_age: Mapped[int | None] = mapped_column(Integer)
    """Seconds (OIDC Registration §2)."""
    default_acr_values: Mapped[list[str]] = mapped_column(Document, default=list)
    require_auth_time: Mapped[bool] = mapped_column(default=False)
    require_pushed_authorization_requests: Mapped[bool] = mapped_column(
        default=False, server_default=false()
    )
    require_signed_request_object: Mapped[bool] = mapped_column(
        default=False, server_default=false()
    )
    dpop_bound_access_tokens: Mapped[bool] = mapped_column(default=False, server_default=false())
    min_acr: Mapped[str | None] = mapped_column(String(255))
    """The floor of this client; a request can only raise it."""
    second_factor_policy: Mapped[str | None] = mapped_column(String(10))
    """A `SecondFactorPolicy`; None: nothing beside the site's and the user's."""
    trusted: Mapped[bool] = mapped_column(default=False)
    """First-party: no consent page."""
    allowed_groups: Mapped[list[str]] = mapped_column(Document, default=list, server_default="[]")
    """Only members of one of these may use it; none: everybody."""
    id_token_claims: Mapped[list[str]] = mapped_column(Document, default=list, server_default="[]")
    """What its ID tokens tell beside UserInfo, where a granted scope releases it."""
    pkce_waived: Mapped[bool] = mapped_column(default=False)
    rotate_refresh_tokens: Mapped[bool] = mapped_column(default=False)
    refresh_grace: Mapped[int] = mapped_column(Integer, default=0)
    """Seconds in which the immediate predecessor of an unused refresh token is still honoured."""
    access_token_lifetime: Mapped[int | None] = mapped_column(Integer)
    """Seconds; None: the deployment's."""
    metadata_: Mapped[dict[str, Any]] = mapped_column("metadata", Document, default=dict)
    """Names by language, logo, policy and terms URIs, contacts, …"""
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)
    updated_at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)
    disabled_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class ClientSecret(Base):
    """One of a client's secrets: a digest, since we generate them; two may overlap
    during a change.
    """

    __tablename__ = "client_secrets"

    id: Mapped[str] = mapped_column(Identifier, primary_key=True, default=opaque.identifier)
    client_id: Mapped[str] = mapped_column(ForeignKey("clients.id", ondelete="CASCADE"), index=True)
    digest: Mapped[bytes] = mapped_column(Digest)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)
    expires_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    last_used_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    """To the minute, written behind the answer (idp.clients.secret_use)."""
    last_used_from: Mapped[str | None] = mapped_column(String(64))
    """The network address of whoever used it then."""


class ClientLogo(Base):
    """A client's logo, fetched once and served by us, so that no page calls another host."""

    __tablename__ = "client_logos"

    client_id: Mapped[str] = mapped_column(
        ForeignKey("clients.client_id", ondelete="CASCADE"), primary_key=True
    )
    logo_uri: Mapped[str] = mapped_column(Text)
    """Where it was fetched; another one is fetched anew."""
    content_type: Mapped[str | None] = mapped_column(String(20))
    content: Mapped[bytes | None] = mapped_column(LargeBinary)
    """None: it could not be fetched, or is no raster image."""
    fetched_at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)


class InitialAccessToken(Base):
    """What lets a stranger register clients (RFC 7591 §3), and what such clients may be."""

    __tablename__ = "initial_access_tokens"

    digest: Mapped[bytes] = mapped_column(Digest, primary_key=True)
    note: Mapped[str] = mapped_column(Text, default="")
    policy: Mapped[dict[str, Any]] = mapped_column(Document, default=dict)
    """Members that its clients get whatever they ask: profile, scope, PKCE waiver."""
    uses_left: Mapped[int] = mapped_column(Integer, default=1)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)


class UsedAssertion(Base):
    """A `jti` that was shown once: inserting it is the check. Of a client's assertion (RFC 7523 §3,
    rule 7), or of a proof of a key (RFC 9449 §11.1).
    """

    __tablename__ = "used_assertions"

    digest: Mapped[bytes] = mapped_column(Digest, primary_key=True)
    """Of the client, or of the key, and the `jti` together."""
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)


class CacheVersion(Base):
    """A number that grows when cached rows change; every process compares it at
    most once a second.
    """

    __tablename__ = "cache_versions"

    name: Mapped[str] = mapped_column(String(20), primary_key=True)
    version: Mapped[int] = mapped_column(Integer, default=0)
