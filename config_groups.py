"""The settings by subject: a group of knobs each, typed, with default, unit and one line why.

`config.py` puts them together and judges them; everybody imports them from there. This module
imports nothing of ours.
"""

from __future__ import annotations

from datetime import timedelta
from enum import StrEnum
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, Field


class SecondFactorPolicy(StrEnum):
    """When a second factor is asked for at sign-in, unless a client demands one anyway."""

    NEVER = "never"
    OPTIONAL = "optional"
    REQUIRED = "required"


class Registration(StrEnum):
    """Who may make an account."""

    CLOSED = "closed"
    INVITATION = "invitation"
    OPEN = "open"


class _Group(BaseModel):
    model_config = {"extra": "forbid", "frozen": True}


class PasswordSettings(_Group):
    """How passwords are judged and hashed."""

    minimum_length: int = Field(15, ge=8, le=128)
    """Code points, where the password can be the only factor (NIST SP 800-63B-4 §3.1.1.2)."""
    minimum_length_with_second_factor: int = Field(8, ge=8, le=128)
    """Code points, where the account must always use a second factor."""
    bcrypt_cost: int = Field(12, ge=4, le=16)
    """Work factor; below 10 is refused outside testing."""
    hash_slots: int = Field(0, ge=0, le=64)
    """Hashes computed at once in one process; 0 means one per CPU, at least two. Workers of
    `idp serve` share the CPUs."""
    hash_queue: int = Field(12, ge=0, le=1024)
    """Sign-ins that may wait for a slot in one process; each holds a thread of the server."""
    hash_wait: timedelta = timedelta(seconds=10)
    """How long one of them waits before it is told to come back."""
    breach_lookup: Literal["off", "range"] = "off"
    """`range` asks a public service whether a new password has leaked; it hears 5 hex characters
    of a digest."""
    breach_range_url: str = "https://api.pwnedpasswords.com/range/"
    """Where to ask; the 5 characters are appended."""


class SecondFactorSettings(_Group):
    """One-time codes and recovery codes."""

    policy: SecondFactorPolicy = SecondFactorPolicy.OPTIONAL
    """`optional`: asked at sign-in of whoever has one; `required`: everybody has to have one."""
    totp_backward_steps: int = Field(1, ge=0, le=1)
    """Accepted 30-second steps before now."""
    totp_forward_steps: int = Field(1, ge=0, le=1)
    """Accepted 30-second steps after now; 0 narrows the window."""
    enrolment_lifetime: timedelta = timedelta(minutes=10)
    """How long a shown secret or set of recovery codes waits for its confirmation."""
    proof_lifetime: timedelta = timedelta(hours=12)
    """A proof older than this does not count any more (`mfa_max_age`)."""
    grace: timedelta = Field(timedelta(0), ge=timedelta(0), le=timedelta(days=90))
    """Whoever is newly required to have a second factor may do without for so long, reminded."""
    trust_devices: bool = True
    """People may trust a browser, where a second factor is asked of them and of no duty."""
    trust_lifetime: timedelta = Field(timedelta(days=30), gt=timedelta(0), le=timedelta(days=30))
    """How long a browser is trusted at most."""
    reset_delay: timedelta = Field(
        timedelta(hours=24), ge=timedelta(hours=1), le=timedelta(days=30)
    )
    """How long a reset that an administrator started waits, unless a second one approves it."""
    reset_link_lifetime: timedelta = Field(
        timedelta(hours=24), ge=timedelta(minutes=10), le=timedelta(days=7)
    )
    """How long the link of such a reset is good, once it has taken effect."""


class AccountSettings(_Group):
    """How people come to have an account."""

    registration: Registration = Registration.CLOSED
    """`closed`: only commands make accounts; `invitation`: invited people, too; `open`: anybody."""
    registration_lifetime: timedelta = Field(timedelta(minutes=30), le=timedelta(minutes=30))
    """How long a mailed link to confirm an address is good."""
    invitation_lifetime: timedelta = Field(timedelta(days=7), le=timedelta(days=30))
    """How long an invitation is good."""
    verified_address_required: bool = False
    """Whoever has not confirmed their e-mail address has to before a sign-in is complete."""


class PasskeySettings(_Group):
    """Sign-in by passkey (WebAuthn)."""

    enabled: bool = True
    """Offered on the sign-in pages, and `phr` among the `acr` values."""
    challenge_lifetime: timedelta = Field(timedelta(minutes=5), le=timedelta(minutes=5))
    """How long a browser has to answer a challenge."""


class SessionSettings(_Group):
    """The browser's sign-on session and the requests that wait for their user."""

    idle_lifetime: timedelta = timedelta(minutes=60)
    """Without a request of the browser the session ends after this."""
    absolute_lifetime: timedelta = timedelta(hours=12)
    """A session never lives longer than this."""
    keep_signed_in: timedelta | None = Field(None, gt=timedelta(0), le=timedelta(days=30))
    """How long "keep me signed in" lasts, resting on the password alone; none, not offered."""
    recovered_lifetime: timedelta = timedelta(hours=1)
    """A session begun by a recovery code, until a factor is enrolled or proven."""
    interaction_lifetime: timedelta = Field(timedelta(minutes=30), le=timedelta(minutes=30))
    """How long a request waits for its user."""
    password_wait: timedelta = timedelta(minutes=5)
    """How long a proven password waits for the second factor."""
    password_wait_enrolling: timedelta = timedelta(minutes=10)
    """The same while a second factor is being set up."""
    sensitive_age: timedelta = timedelta(minutes=5)
    """Security settings want proofs no older than this."""
    administration_age: timedelta = Field(timedelta(minutes=15), le=timedelta(minutes=15))
    """Changes by an administrator want proofs no older than this."""
    touch_interval: timedelta = timedelta(seconds=60)
    """`last_seen_at` is written at most this often."""


class TokenSettings(_Group):
    """Lifetimes and algorithms of what is issued to clients."""

    authorization_code_lifetime: timedelta = Field(timedelta(seconds=60), le=timedelta(seconds=60))
    """RFC 6749 §4.1.2 allows ten minutes; a redirect takes a second."""
    pushed_request_lifetime: timedelta = Field(timedelta(seconds=60), le=timedelta(seconds=590))
    """How long the browser may take to arrive with a pushed request (RFC 9126)."""
    device_code_lifetime: timedelta = Field(timedelta(minutes=10), le=timedelta(minutes=30))
    """How long a device waits for its user (RFC 8628)."""
    access_token_lifetime: timedelta = timedelta(minutes=10)
    """A JWT access token outlives its revocation only at resource servers that never ask."""
    id_token_lifetime: timedelta = timedelta(minutes=5)
    """Long enough to be read once."""
    refresh_token_idle_lifetime: timedelta = timedelta(days=14)
    """A refresh token that is not used for this long ends."""
    refresh_token_lifetime: timedelta = timedelta(days=30)
    """A token family never lives longer than this."""
    spent_code_retention: timedelta = timedelta(hours=24)
    """Used codes are recognised at least this long, and as long as anything issued from them."""


class SigningKeySettings(_Group):
    """Rotation of the keys that sign tokens."""

    rotation_interval: timedelta = timedelta(days=90)
    """Age of an active key at which its successor takes over."""
    publication_lead: timedelta = timedelta(hours=24)
    """A new key is published this long before it signs."""
    retention: timedelta = timedelta(days=31)
    """A key that stopped signing still verifies for this long (longest token lifetime and a day).
    """
    rsa_key_size: int = Field(3072, ge=2048, le=8192)
    """Bits of a new RSA key."""


class ProtocolSettings(_Group):
    """What only some deployments offer to their clients."""

    registration_waives_pkce: bool = False
    """Confidential clients that register themselves under `open` may do without PKCE."""
    front_channel_response_types: bool = False
    """`id_token`, `id_token token` and the hybrid response types, for old clients."""
    front_channel_logout: bool = False
    """Apps are signed out in frames too; most browsers keep their cookies from them by now."""
    request_uri: bool = False
    """Request objects are also fetched, from addresses that their clients have registered."""


class TraceSettings(_Group):
    """What developers can look up of their apps' requests."""

    enabled: bool = True
    """Redacted traces of protocol requests, written behind the answers."""
    lifetime: timedelta = Field(timedelta(hours=24), le=timedelta(days=7))
    """How long a trace can be looked up."""
    kept_per_client: int = Field(200, ge=1, le=10_000)
    """Older ones of a client go first."""


class AuditSettings(_Group):
    """The log of what happened."""

    retention: timedelta | None = Field(None, ge=timedelta(days=30))
    """Older events are removed, and the chain goes on from there; none, everything is kept."""


class BrandSettings(_Group):
    """What users read and where they find help."""

    name: str = Field("", max_length=60)
    """Our name on every page, in mails and in authenticator apps; empty: the issuer's host."""
    logo: Path | None = None
    """Beside the name: an SVG, PNG, JPEG or WebP file of at most 256 KiB; none: our mark."""
    accent: str | None = Field(None, pattern=r"^#[0-9a-fA-F]{6}$")
    """Colour of buttons and links, `#rrggbb`, dark enough for white text on it (WCAG 2.2 AA)."""
    accent_dark: str | None = Field(None, pattern=r"^#[0-9a-fA-F]{6}$")
    """Colour of links on dark pages; none: a lighter shade of the accent."""
    support_url: str | None = None
    """Where the pages send people who are stuck; none, no link."""


class MailSettings(_Group):
    """How mail leaves."""

    sender: str | None = None
    """The address in From; none is `no-reply@` the issuer's host."""
    timeout: timedelta = Field(
        timedelta(seconds=10), ge=timedelta(seconds=1), le=timedelta(seconds=10)
    )
    """How long the mail server may take for one answer."""


class ServerSettings(_Group):
    """Limits of the HTTP edge."""

    maximum_body_size: int = Field(64 * 1024, ge=1024)
    """Bytes of a request body."""
    maximum_url_size: int = Field(8 * 1024, ge=1024)
    """Bytes of path and query."""
    worker_stays: bool = True
    """A worker answers on one CPU, which is quicker; `false` lets its threads go anywhere."""
    metrics_token: str | None = None
    """Bearer token for `/metrics`; without one only loopback peers are answered."""
    opentelemetry: bool = False
    """A span for each request, sent to where OpenTelemetry's own variables (`OTEL_…`) say."""
