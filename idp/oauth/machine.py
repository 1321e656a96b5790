"""Requests and answers of the machine endpoints, apart from any web framework."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from authlib.oauth2.rfc6749.requests import BasicOAuth2Payload

from idp.clients.registered import RegisteredClient
from idp.oauth.parameters import Parameters, Received
from idp.oauth.rows import UnaddressedRequest

NO_STORE = {"Cache-Control": "no-store", "Pragma": "no-cache"}


@dataclass(frozen=True, slots=True)
class MachineRequest:
    """What an endpoint may know of a request: the body's fields, the Authorization header, and what
    a proof of a key is compared with.

    The query is left out on purpose: it ends up in logs (RFC 6749 §2.3.1, RFC 6750 §5.3).
    """

    parameters: Parameters = ()
    authorization: str | None = None
    headers: Callable[[], Iterable[tuple[str, str]]] = tuple
    """All of them; asked for only when the one that counts is missing."""
    proof: str | None = None
    """The DPoP header (RFC 9449 §4.1); of several the server made one that nobody can read."""
    method: str = "POST"
    path: str = ""
    of_trial: bool = False
    """Set by a trial of ours (`oauth.trial_run`), never from what came over HTTP: there is no key
    that its tokens could be bound to.
    """
    speaks_for: RegisteredClient | None = None
    """Set by a trial of ours (`oauth.trial_run`), never from what came over HTTP: this client needs
    no credential, since nobody here knows its secret.
    """


@dataclass(frozen=True, slots=True)
class MachineResponse:
    """A JSON answer."""

    status: int
    body: dict[str, Any]
    headers: Mapping[str, str] = field(default_factory=dict)


def asked_too_often(wait: timedelta) -> MachineResponse:
    """R36. RFC 6749 has no code for it; this one says that the request itself was not at fault."""
    body = {
        "error": "temporarily_unavailable",
        "error_description": "Too many requests. Retry-After says how long to wait.",
    }
    return _later(body, wait)


def failed_too_often(wait: timedelta) -> MachineResponse:
    """R36, RFC 6749 §5.2: client authentication, which is what has to be mended."""
    body = {
        "error": "invalid_client",
        "error_description": (
            "Client authentication failed, too often by now. Retry-After says how long to wait."
        ),
    }
    return _later(body, wait)


def _later(body: dict[str, Any], wait: timedelta) -> MachineResponse:
    headers = NO_STORE | {"Retry-After": str(math.ceil(wait.total_seconds()))}
    return MachineResponse(429, body, headers)


@dataclass(frozen=True, slots=True)
class JwtResponse:
    """An answer that is one signed JWT."""

    token: str
    headers: Mapping[str, str] = field(default_factory=dict)


class AuthlibRequest(UnaddressedRequest):
    """A machine request in Authlib's clothes: payload and form are the body, and nothing else."""

    def __init__(self, request: MachineRequest) -> None:
        self.sent = request
        self.received = Received(request.parameters)
        self.payload = BasicOAuth2Payload(self.received.values)
        self.jkt: str | None = None
        """The key that the new tokens will be bound to."""

    @property
    def headers(self) -> dict[str, str]:
        sent = self.sent.authorization
        return {} if sent is None else {"Authorization": sent}

    @property
    def args(self) -> dict[str, str]:
        return {}

    @property
    def form(self) -> dict[str, str]:
        return self.received.values
