"""What the registration endpoints are sent, what they refuse, and how they answer: JSON with a
bearer token, unlike every other endpoint (RFC 7591 §3, RFC 7592 §2).
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, NoReturn

from authlib.oauth2.rfc6750.errors import InvalidTokenError

from idp import audit, strict_json, throttle
from idp.audit import catalogue
from idp.clients import registry
from idp.clients.metadata import Invalid
from idp.oauth import tracing
from idp.oauth.errors import OAuth2Error, body_of, challenge_of
from idp.oauth.machine import NO_STORE, MachineResponse, asked_too_often

REALM = 'Bearer realm="registration"'
LIMIT = "client_registration"
MOST_DESCRIBED = 1_000

_FORBIDDEN = re.compile(r"[^\x20\x21\x23-\x5b\x5d-\x7e]")
"""RFC 6749 §5.2."""


@dataclass(frozen=True, slots=True)
class Submission:
    """What came."""

    authorization: str | None = field(repr=False)
    mimetype: str = ""
    body: bytes = field(default=b"", repr=False)

    @property
    def token(self) -> str | None:
        """RFC 6750 §2.1; None: no bearer token was sent."""
        scheme, _, token = (self.authorization or "").partition(" ")
        return token.strip() if scheme.lower() == "bearer" and token.strip() else None

    def document(self) -> dict[str, Any]:
        """Raises `InvalidClientMetadata`. Forms of other sites cannot send this media type."""
        if self.mimetype != "application/json":
            raise InvalidClientMetadata("The body must be application/json.")
        try:
            parsed = strict_json.parse(self.body)
        except ValueError:
            raise InvalidClientMetadata("The body is not JSON.") from None
        if not isinstance(parsed, dict):
            raise InvalidClientMetadata("The body is not a JSON object.")
        return parsed


class InvalidClientMetadata(OAuth2Error):
    """RFC 7591 §3.2.2."""

    error = "invalid_client_metadata"


class InvalidRedirectUri(OAuth2Error):
    """RFC 7591 §3.2.2."""

    error = "invalid_redirect_uri"


class InvalidToken(InvalidTokenError):
    """RFC 6750 §3.1: one answer whether the token or the client is unknown. `reason`: for logs."""

    def __init__(self, reason: str, client_id: str | None = None) -> None:
        super().__init__(description="The access token is missing, unknown, spent or expired.")
        self.reason = reason
        self.client_id = client_id

    def get_headers(self) -> list[tuple[str, str]]:
        return [("WWW-Authenticate", f'{REALM}, error="invalid_token"')]


class TooMany(Exception):
    """R36."""

    def __init__(self, wait: timedelta) -> None:
        super().__init__(wait)
        self.wait = wait


def refuse(invalid: Invalid) -> NoReturn:
    """RFC 7591 §3.2.2, with every problem that there is. The text goes to nobody but its author."""
    told = "; ".join(f"{member}: {problem}" for member, problem in invalid.problems.items())
    description = _FORBIDDEN.sub("?", told)[:MOST_DESCRIBED]
    if invalid.problems.keys() == {"redirect_uris"}:
        raise InvalidRedirectUri(description)
    raise InvalidClientMetadata(description)


def count_try() -> None:
    """Raises `TooMany`."""
    wait = throttle.take(LIMIT)
    if wait is not None:
        raise TooMany(wait)


def answered(status: int, answer: Callable[[], dict[str, Any]]) -> MachineResponse:
    """The answer, or the refusal that it came to."""
    try:
        return MachineResponse(status, answer(), NO_STORE)
    except OAuth2Error as error:
        _record(error)
        return MachineResponse(error.status_code, body_of(error), NO_STORE | challenge_of(error))
    except TooMany as refused:
        return asked_too_often(refused.wait)


def _record(error: OAuth2Error) -> None:
    client_id = getattr(error, "client_id", None)
    tracing.not_registered(registry.find(client_id) if client_id else None, error)
    audit.record(
        catalogue.RegistrationRefused(
            client_id=getattr(error, "client_id", None),
            error=error.error,
            reason=getattr(error, "reason", error.get_error_description()),
        )
    )
