"""Settings: every knob of the provider, typed, with its default, its unit and one line why.

Values come from the environment (`IDP_…`; nested ones as `IDP_TOKENS__ACCESS_TOKEN_LIFETIME`) or
from files in the folder named by `IDP_SECRETS_DIR`. `load()` reports every problem at once and
refuses a value that would be unsafe in production. The groups are written down in
`config_groups.py`; apart from it this module imports nothing of ours.
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

from pydantic import BeforeValidator, Field, ValidationError, model_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from config_groups import (
    AccountSettings,
    AuditSettings,
    BrandSettings,
    MailSettings,
    PasskeySettings,
    PasswordSettings,
    ProtocolSettings,
    Registration,
    SecondFactorPolicy,
    SecondFactorSettings,
    ServerSettings,
    SessionSettings,
    SigningKeySettings,
    TokenSettings,
    TraceSettings,
)

__all__ = [
    "DATA",
    "PROJECT",
    "AccountSettings",
    "AuditSettings",
    "BrandSettings",
    "Environment",
    "MailSettings",
    "PasskeySettings",
    "PasswordSettings",
    "ProtocolSettings",
    "Registration",
    "SecondFactorPolicy",
    "SecondFactorSettings",
    "ServerSettings",
    "SessionSettings",
    "Settings",
    "SettingsRefused",
    "SigningKeySettings",
    "TokenSettings",
    "TraceSettings",
    "load",
    "testing",
]

PROJECT = Path(__file__).resolve().parent
DATA = PROJECT if (PROJECT / "pyproject.toml").exists() else Path.cwd()
"""Where `var/` and `keys/` stand unless told otherwise: in the source tree, or, where the wheel is
installed, in the folder that the provider is started in."""
# With a letter in its last label, so that `10.0.0.1/8` and `127.1` are not taken for names.
_HOST_NAME = re.compile(r"([a-z0-9_-]+\.)*[a-z0-9_-]*[a-z][a-z0-9_-]*", re.IGNORECASE | re.ASCII)
_SENDER = re.compile(r"[\w.!#$%&'*+/=?^`{|}~-]+@[a-z0-9.-]+", re.IGNORECASE | re.ASCII)


class Environment(StrEnum):
    """Which profile of defaults and refusals applies."""

    DEVELOPMENT = "development"
    TESTING = "testing"
    PRODUCTION = "production"


def _comma_separated(value: object) -> object:
    if isinstance(value, str):
        return tuple(part.strip() for part in value.split(",") if part.strip())
    return value


CommaSeparated = Annotated[tuple[str, ...], NoDecode, BeforeValidator(_comma_separated)]


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
    database_url: str = f"sqlite:///{DATA / 'var' / 'idp.sqlite3'}"
    """SQLAlchemy URL: a SQLite file, or `postgresql+psycopg://…`."""
    database_pool_size: int = Field(32, ge=1)
    """Connections one process keeps; at least one per server thread."""
    database_slow_statement: timedelta = timedelta(milliseconds=250)
    """Statements that take longer are counted and logged, without their values."""
    keys_dir: Path = DATA / "keys"
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
        return self.mail_url or f"file://{DATA / 'var' / 'mail'}"

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
