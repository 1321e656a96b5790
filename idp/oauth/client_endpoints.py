"""The endpoints beside the token endpoint where a client speaks for itself: judged alike, each with
its own answer.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from idp import audit, origin, throttle
from idp.audit import catalogue
from idp.clients.registered import RegisteredClient
from idp.oauth import (
    rfc6749_client_authentication,
    rfc7009_revocation,
    rfc7662_introspection,
    rules,
)
from idp.oauth.errors import InvalidClient, OAuth2Error, body_of, challenge_of
from idp.oauth.machine import NO_STORE, MachineRequest, MachineResponse
from idp.oauth.parameters import Received


@dataclass(frozen=True, slots=True)
class Endpoint:
    """`limit`: what a failed client authentication is counted against (R36). `path`: what an
    assertion may name as its audience.
    """

    name: str
    answer: Callable[[RegisteredClient, Received], dict[str, Any]]
    limit: str = "client_authentication"
    path: str = "/token"


REVOCATION = Endpoint("revocation", rfc7009_revocation.revoke, path="/revoke")
INTROSPECTION = Endpoint(
    "introspection", rfc7662_introspection.introspect, "introspection", path="/introspect"
)


def respond(endpoint: Endpoint, request: MachineRequest) -> MachineResponse:
    """Judge the fields, authenticate the client, answer it."""
    received = Received(request.parameters)
    try:
        rules.no_repeated_fields(received)
        rules.require_readable_fields(received)
        client = rfc6749_client_authentication.authenticate(
            request.authorization, received, endpoint.path
        )
        origin.acting_as(f"client:{client.client_id}")
        return MachineResponse(200, endpoint.answer(client, received), NO_STORE)
    except OAuth2Error as error:
        return _refused(endpoint, error)


def _refused(endpoint: Endpoint, error: OAuth2Error) -> MachineResponse:
    """RFC 6749 §5.2, which RFC 7009 §2.2.1 and RFC 7662 §2.3 refer to."""
    client: RegisteredClient | None = getattr(error, "client", None)
    name = client.client_id if client else None
    if isinstance(error, InvalidClient):
        # Counted after the failure; unknown clients of one address share a counter.
        wait = throttle.take(endpoint.limit, client=name or "unknown")
        if wait is not None:
            headers = NO_STORE | {"Retry-After": str(math.ceil(wait.total_seconds()))}
            return MachineResponse(429, body_of(error), headers)
    audit.record(
        catalogue.ClientRequestRefused(
            client_id=name,
            endpoint=endpoint.name,
            error=error.error,
            reason=getattr(error, "reason", error.get_error_description()),
        )
    )
    return MachineResponse(error.status_code, body_of(error), NO_STORE | challenge_of(error))
