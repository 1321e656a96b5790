"""Settings: every knob of the provider, typed, with its default, its unit and one line why.

Values come from the environment (`IDP_…`; nested ones as `IDP_TOKENS__ACCESS_TOKEN_LIFETIME`) or
from files in the folder named by `IDP_SECRETS_DIR`. `load()` reports every problem at once and
refuses a value that would be unsafe in production. This module imports nothing of ours.
"""

from __future__ import annotations

import os
import re
import ssl
from collections.abc import Iterator
from datetime import timedelta
from enum import StrEnum
from ipaddress import ip_network
from pathlib import Path
from typing import Annotated, Any, Literal, Self
from urllib.parse import urlsplit

from pydantic import BaseModel, BeforeValidator, Field, ValidationError, model_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

PROJECT = Path(__file__).resolve().parent
# With a letter in its last label, so that `10.0.0.1/8` and `127.1` are not taken for names.
_HOST_NAME = re.compile(r"([a-z0-9_-]+\.)*[a-z0-9_-]*[a-z][a-z0-9_-]*", re.IGNORECASE | re.ASCII)
_SENDER = re.compile(r"[\w.!#$%&'*+/=?^`{|}~-]+@[a-z0-9.-]+", re.IGNORECASE | re.ASCII)


class Environment(StrEnum):
    """Which profile of defaults and refusals applies."""

    DEVELOPMENT = "development"
    TESTING = "testing"
    PRODUCTION = "production"


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


def _comma_separated(value: object) -> object:
    if isinstance(value, str):
        return tuple(part.strip() for part in value.split(",") if part.strip())
    return value


CommaSeparated = Annotated[tuple[str, ...], NoDecode, BeforeValidator(_comma_separated)]


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
    """Hashes computed at once in one process; 0 means one per CPU, at least two."""
    hash_wait: timedelta = timedelta(seconds=1)
    """How long a sign-in waits for a slot before it is told to come back."""
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
    metrics_token: str | None = None
    """Bearer token for `/metrics`; without one only loopback peers are answered."""


class Settings(BaseSettings):
    """Everything the provider can be told."""

    model_config = SettingsConfigDict(
        env_prefix="IDP_",
        env_nested_delimiter="__",
        secrets_dir=os.environ.get("IDP_SECRETS_DIR"),
        extra="ignore",
        frozen=True,
    )

    environment: Environment = Environment.DEVELOPMENT
    """`development`, `testing` or `production`."""
    issuer: str = "http://localhost:5000"
    """Our origin, byte for byte as clients know it: no path, no trailing slash."""
    database_url: str = f"sqlite:///{PROJECT / 'var' / 'idp.sqlite3'}"
    """SQLAlchemy URL: a SQLite file, or `postgresql+psycopg://…`."""
    database_pool_size: int = Field(32, ge=1)
    """Connections one process keeps; at least one per server thread."""
    keys_dir: Path = PROJECT / "keys"
    """Folder of the key ring."""
    mail_url: str | None = None
    """`smtp://…`, `smtps://…`, `file:///dir` or `log:`; required in production."""
    trusted_proxy_hops: int = Field(0, ge=0, le=8)
    """How many proxies in front of us are believed."""
    throttling: Literal["on", "off"] = "on"
    """`off` lets every guess through; for conformance runs only."""
    outbound_allow: CommaSeparated = ()
    """Private hosts or networks that outbound requests may reach, at any port and by plain http."""
    outbound_ca_file: Path | None = None
    """PEM file of extra certificate authorities for outbound requests and mail; read once."""
    dynamic_registration: Literal["off", "token", "open"] = "off"
    """Whether clients may register themselves."""
    allow_unsafe: CommaSeparated = ()
    """Refusals that the operator overrules, by name (`throttling-off`)."""
    debug: bool = False
    """Tracebacks for developers; refused in production."""
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = "INFO"
    """Threshold of the structured log."""
    log_format: Literal["auto", "json", "text"] = "auto"
    """`auto` is text in development and JSON elsewhere."""

    passwords: PasswordSettings = PasswordSettings()
    second_factor: SecondFactorSettings = SecondFactorSettings()
    accounts: AccountSettings = AccountSettings()
    passkeys: PasskeySettings = PasskeySettings()
    sessions: SessionSettings = SessionSettings()
    tokens: TokenSettings = TokenSettings()
    signing_keys: SigningKeySettings = SigningKeySettings()
    protocol: ProtocolSettings = ProtocolSettings()
    traces: TraceSettings = TraceSettings()
    audit: AuditSettings = AuditSettings()
    brand: BrandSettings = BrandSettings()
    mail: MailSettings = MailSettings()
    server: ServerSettings = ServerSettings()

    @model_validator(mode="after")
    def _named_like_its_host(self) -> Self:
        """Without a name of our own we are called what the address bar says."""
        if not self.brand.name:
            named = self.brand.model_copy(update={"name": urlsplit(self.issuer).hostname or ""})
            object.__setattr__(self, "brand", named)
        return self

    @property
    def is_https(self) -> bool:
        """Whether browsers reach us by TLS, which decides names and flags of the cookies."""
        return self.issuer.startswith("https://")

    @property
    def effective_mail_url(self) -> str:
        """Where mail goes; outside production a folder that the developer can read."""
        return self.mail_url or f"file://{PROJECT / 'var' / 'mail'}"

    @property
    def sender_address(self) -> str:
        """From whom mail comes."""
        return self.mail.sender or f"no-reply@{urlsplit(self.issuer).hostname}"

    def problems(self) -> Iterator[str]:
        """What is wrong with values that are well-formed one by one."""
        yield from _issuer_problems(self.issuer, self.environment)
        if urlsplit(self.brand.support_url or "https:").scheme not in {"https", "http", "mailto"}:
            yield "IDP_BRAND__SUPPORT_URL: an https address, or mailto:"
        if not self.database_url.startswith(("sqlite:///", "postgresql+psycopg://")):
            yield "IDP_DATABASE_URL: use sqlite:///FILE or postgresql+psycopg://…"
        if self.environment is not Environment.TESTING and self.passwords.bcrypt_cost < 10:
            yield "IDP_PASSWORDS__BCRYPT_COST: at least 10"
        yield from _outbound_problems(self.outbound_allow, self.outbound_ca_file)
        yield from _mail_problems(self.effective_mail_url, self.mail.sender)
        if self.environment is Environment.PRODUCTION:
            yield from self._production_problems()

    def _production_problems(self) -> Iterator[str]:
        if self.debug:
            yield "IDP_DEBUG: refused in production"
        if self.throttling == "off" and "throttling-off" not in self.allow_unsafe:
            yield (
                "IDP_THROTTLING: off is refused in production "
                "(IDP_ALLOW_UNSAFE=throttling-off overrules)"
            )
        if self.mail_url is None:
            yield "IDP_MAIL_URL: required in production"
        if not any(self.keys_dir.glob("*.key")):
            yield f"IDP_KEYS_DIR: no key ring in {self.keys_dir}; run: python -m idp keys init"
        if self.server.metrics_token is not None and len(self.server.metrics_token) < 32:
            yield "IDP_SERVER__METRICS_TOKEN: at least 32 characters in production"


def _issuer_problems(issuer: str, environment: Environment) -> Iterator[str]:
    parts = urlsplit(issuer)
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        yield "IDP_ISSUER: an https origin, for instance https://login.example.com"
        return
    if issuer != f"{parts.scheme}://{parts.netloc}" or parts.username or issuer != issuer.lower():
        yield "IDP_ISSUER: an origin in lower case, without path, query, user or trailing slash"
    if parts.scheme == "http" and environment is Environment.PRODUCTION:
        yield "IDP_ISSUER: http is refused in production"
    if parts.scheme == "http" and parts.hostname not in {"localhost", "127.0.0.1", "::1"}:
        yield "IDP_ISSUER: http only for localhost"


def _outbound_problems(allowed: tuple[str, ...], ca_file: Path | None) -> Iterator[str]:
    for entry in allowed:
        try:
            ip_network(entry)
        except ValueError:
            if not _HOST_NAME.fullmatch(entry):
                yield f"IDP_OUTBOUND_ALLOW: {entry!r} is neither a host name nor a network"
    try:
        if ca_file is not None:
            ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT).load_verify_locations(ca_file)
    except OSError:
        yield f"IDP_OUTBOUND_CA_FILE: no certificates (PEM) can be read from {ca_file}"


def _mail_problems(url: str, sender: str | None) -> Iterator[str]:
    wanted = "IDP_MAIL_URL: smtp://[USER:PASSWORD@]HOST[:PORT], smtps://…, file:///DIR or log:"
    try:
        parts = urlsplit(url)
        is_server = parts.scheme in {"smtp", "smtps"} and parts.hostname and parts.port != 0
    except ValueError:  # a port that is none
        yield wanted
        return
    is_folder = parts.scheme == "file" and not parts.netloc and len(parts.path) > 1
    if not (url == "log:" or is_folder or (is_server and parts.path in {"", "/"})):
        yield wanted
    elif parts.query or parts.fragment:
        yield "IDP_MAIL_URL: without query and fragment; percent-encode such characters"
    if sender is not None and not _SENDER.fullmatch(sender):
        yield "IDP_MAIL__SENDER: an address like no-reply@example.com, without a name"


class SettingsRefused(SystemExit):
    """The process must not start; `problems` holds every reason."""

    def __init__(self, problems: list[str]) -> None:
        self.problems = problems
        super().__init__(
            "Settings refused:\n" + "\n".join(f"  - {problem}" for problem in problems)
        )


def load(**overrides: Any) -> Settings:
    """Read all sources once. Raises `SettingsRefused` with every problem, not just the first."""
    malformed: list[str] = []
    try:
        settings = Settings(**overrides)
    except ValidationError as error:
        failed = {str(problem["loc"][0]) for problem in error.errors() if problem["loc"]}
        malformed = [
            f"IDP_{'__'.join(str(part).upper() for part in problem['loc'])}: {problem['msg']}"
            for problem in error.errors(include_input=False, include_context=False)
        ]
        # The rest is judged with the defaults of what could not be read, to report all at once.
        kept = {name: value for name, value in overrides.items() if name not in failed}
        defaults = {
            name: Settings.model_fields[name].default
            for name in failed
            if name in Settings.model_fields
        }
        settings = Settings(**kept, **defaults)
    problems = malformed + list(settings.problems())
    if problems:
        raise SettingsRefused(problems)
    return settings


def testing(**overrides: Any) -> Settings:
    """The profile of the test suite: cheap hashes, everything else as in production
    where possible.
    """
    values: dict[str, Any] = {
        "environment": Environment.TESTING,
        "passwords": PasswordSettings(bcrypt_cost=4),
        "traces": TraceSettings(enabled=False),
        "log_level": "WARNING",
    }
    return load(**(values | overrides))
