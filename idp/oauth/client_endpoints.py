"""The endpoints beside the token endpoint where a client speaks for itself: judged alike, each with
its own answer.
"""

from __future__ import annotations

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
    rfc8628_device,
    rfc9126_pushed_request,
    rfc9449_dpop,
    rules,
    tracing,
)
from idp.oauth.errors import InvalidClient, OAuth2Error, body_of, challenge_of
from idp.oauth.machine import (
    NO_STORE,
    MachineRequest,
    MachineResponse,
    asked_too_often,
    failed_too_often,
)
from idp.oauth.parameters import Received


@dataclass(frozen=True, slots=True)
class Endpoint:
    """`limit`: what a failed client authentication is counted against (R36). `path`: what an
    assertion may name as its audience. `budget`: what a request is counted against that brings no
    credential and leaves a row behind. `status`: of success. `binds`: a proof of a key that comes
    along counts (RFC 9449 §10.1).
    """

    name: str
    answer: Callable[[RegisteredClient, Received], dict[str, Any]]
    limit: str = "client_authentication"
    path: str = "/token"
    budget: str | None = None
    status: int = 200
    binds: bool = False


REVOCATION = Endpoint("revocation", rfc7009_revocation.revoke, path="/revoke")
INTROSPECTION = Endpoint(
    "introspection", rfc7662_introspection.introspect, "introspection", path="/introspect"
)
DEVICE_AUTHORIZATION = Endpoint(
    "device_authorization",
    rfc8628_device.authorize,
    path="/device_authorization",
    budget="device_authorization",
)
PUSHED_REQUEST = Endpoint(
    "pushed_request",
    rfc9126_pushed_request.push,
    "pushed_request",
    path="/par",
    budget="pushed_request_without_credential",
    status=201,
    binds=True,
)


def respond(endpoint: Endpoint, request: MachineRequest) -> MachineResponse:
    """Judge the fields, authenticate the client, answer it."""
    received = Received(request.parameters)
    # Before the client is known: its proof may be a write, behind which no counter is taken.
    is_counted = endpoint.budget and not _brings_credential(request, received)
    if is_counted and (wait := throttle.take(endpoint.budget or "")):
        return asked_too_often(wait)
    client: RegisteredClient | None = None
    try:
        rules.no_repeated_fields(received)
        rules.require_readable_fields(received)
        client = rfc6749_client_authentication.authenticate(
            request.authorization, received, endpoint.path
        )
        origin.acting_as(f"client:{client.client_id}")
        if endpoint.binds:
            received = rfc9449_dpop.with_key(received, request, endpoint.path, client)
        body = endpoint.answer(client, received)
    except OAuth2Error as error:
        known: RegisteredClient | None = client or getattr(error, "client", None)
        tracing.denied(endpoint.name, request, known, error)
        return _refused(endpoint, error, known)
    tracing.answered(endpoint.name, received, client)
    return MachineResponse(endpoint.status, body, NO_STORE)


def _brings_credential(request: MachineRequest, received: Received) -> bool:
    """A wrong one, and whatever cannot be read as one, is counted against `limit`."""
    try:
        brought = rfc6749_client_authentication.offered(request.authorization, received)
    except InvalidClient:
        return True
    except OAuth2Error:
        return False
    return brought.method != "none"


def _refused(
    endpoint: Endpoint, error: OAuth2Error, client: RegisteredClient | None
) -> MachineResponse:
    """RFC 6749 §5.2, which RFC 7009 §2.2.1 and RFC 7662 §2.3 refer to."""
    name = client.client_id if client else None
    if isinstance(error, InvalidClient):
        # Counted after the failure; unknown clients of one address share a counter.
        wait = throttle.take(endpoint.limit, client=name or "unknown")
        if wait is not None:
            return failed_too_often(wait)
    audit.record(
        catalogue.ClientRequestRefused(
            client_id=name,
            endpoint=endpoint.name,
            error=error.error,
            reason=getattr(error, "reason", error.get_error_description()),
        )
    )
    return MachineResponse(error.status_code, body_of(error), NO_STORE | challenge_of(error))
