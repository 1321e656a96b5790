"""A client as somebody wants it, and the values that its members may have."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from config import SecondFactorPolicy
from idp.clients.redirect_uri import Deployment

AUTH_METHODS = ("client_secret_basic", "client_secret_post", "private_key_jwt", "none")
DEVICE_CODE = "urn:ietf:params:oauth:grant-type:device_code"
GRANT_TYPES = ("authorization_code", "refresh_token", "client_credentials", DEVICE_CODE)
IMPLICIT = "implicit"
RESPONSE_TYPES = ("code",)
FRONT_CHANNEL_RESPONSE_TYPES = (
    "id_token",
    "id_token token",
    "code id_token",
    "code token",
    "code id_token token",
)
"""Where the deployment has a front channel; so `implicit`."""
APPLICATION_TYPES = ("web", "native")
FAPI2 = "fapi2"
PROFILES = ("standard", FAPI2)

STANDARD_SCOPE = "openid profile email address phone offline_access"

LONGEST_NAME = 64
LONGEST_WORD = 100
MOST_VALUES = 100
MOST_SCOPES = 50
MOST_KEYS = 20
LONGEST_GRACE = 30
"""Seconds (R68)."""
SHORTEST_TOKEN, LONGEST_TOKEN = 30, 3_600
"""Seconds of an access token's life."""

URI_MEMBERS = ("client_uri", "logo_uri", "policy_uri", "tos_uri", "initiate_login_uri")
SUBJECT_TYPES = ("public", "pairwise")
SECOND_FACTOR_POLICIES = tuple(policy.value for policy in SecondFactorPolicy)


@dataclass(frozen=True, slots=True)
class Invalid:
    """What is wrong, by member."""

    problems: dict[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class ProposedClient:
    """A client as somebody wants it. Names are those of RFC 7591, defaults too."""

    client_name: str
    application_type: str = "web"
    profile: str = "standard"
    token_endpoint_auth_method: str | None = None
    """None: confidential, and whichever of Basic and POST its library tries."""
    grant_types: tuple[str, ...] = ("authorization_code",)
    response_types: tuple[str, ...] = ("code",)
    redirect_uris: tuple[str, ...] = ()
    post_logout_redirect_uris: tuple[str, ...] = ()
    scope: str = STANDARD_SCOPE
    id_token_signed_response_alg: str = "RS256"  # noqa: S105  an algorithm
    userinfo_signed_response_alg: str | None = None
    access_token_signed_response_alg: str = "ES256"  # noqa: S105  an algorithm
    authorization_signed_response_alg: str | None = None
    request_object_signing_alg: str | None = None
    token_endpoint_auth_signing_alg: str | None = None
    jwks: dict[str, Any] | None = None
    jwks_uri: str | None = None
    subject_type: str = "public"
    sector_identifier_uri: str | None = None
    request_uris: tuple[str, ...] = ()
    backchannel_logout_uri: str | None = None
    backchannel_logout_session_required: bool = False
    frontchannel_logout_uri: str | None = None
    frontchannel_logout_session_required: bool = False
    default_max_age: int | None = None
    default_acr_values: tuple[str, ...] = ()
    require_auth_time: bool = False
    require_pushed_authorization_requests: bool = False
    require_signed_request_object: bool = False
    dpop_bound_access_tokens: bool = False
    min_acr: str | None = None
    second_factor_policy: str | None = None
    trusted: bool = False
    allowed_groups: tuple[str, ...] = ()
    """Only their members may use it; none: everybody."""
    id_token_claims: tuple[str, ...] = ()
    """What ID tokens tell beside UserInfo, where a granted scope releases it."""
    pkce_waived: bool = False
    rotate_refresh_tokens: bool | None = None
    """None: public clients do, confidential ones do not (R67)."""
    refresh_grace: int = 0
    access_token_lifetime: int | None = None
    metadata: dict[str, Any] = field(default_factory=dict)
    """What is only shown, fetched or kept: URIs, contacts, keys, names in other languages."""

    @property
    def is_public(self) -> bool:
        return self.token_endpoint_auth_method == "none"  # noqa: S105  a method, no secret

    @property
    def proves_by_key(self) -> bool:
        """RFC 7523 §2.2."""
        return self.token_endpoint_auth_method == "private_key_jwt"  # noqa: S105  a method

    @property
    def uses_secret(self) -> bool:
        """RFC 7591 §3.2.1: it is given one exactly then."""
        return not self.is_public and not self.proves_by_key

    @property
    def rotates_refresh_tokens(self) -> bool:
        """What `rotate_refresh_tokens` amounts to."""
        chosen = self.rotate_refresh_tokens
        return self.is_public if chosen is None else chosen


Problem = tuple[str, str]
"""A member, and what is wrong with it."""
Rule = Callable[[ProposedClient, Deployment], Iterator[Problem]]
"""Yields nothing when all is well."""
