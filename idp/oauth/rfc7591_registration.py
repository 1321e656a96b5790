"""RFC 7591 and OpenID Connect Dynamic Client Registration: a client registers itself."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from idp import origin
from idp.clients import initial_access, self_registration
from idp.clients.initial_access import InitialAccess
from idp.clients.metadata import Invalid
from idp.clients.registered import RegisteredClient
from idp.clients.registration_policy import Policy
from idp.clients.self_registration import NotPermitted
from idp.extensions import settings
from idp.oauth import registration_request
from idp.oauth.machine import MachineResponse
from idp.oauth.registration_request import InvalidToken, Submission

PATH = "/register"

ENDPOINTS = {"registration_endpoint": PATH}


def is_offered() -> bool:
    """Off unless a deployment wants it (R77)."""
    return settings().dynamic_registration != "off"


def respond(submission: Submission) -> MachineResponse:
    """§3.1, §3.2."""
    return registration_request.answered(201, lambda: _register(submission))


def information(client: RegisteredClient, token: str, new_secret: str | None) -> dict[str, Any]:
    """§3.2.1, and RFC 7592 §3. A secret is told once, since nobody here knows it afterwards."""
    told: dict[str, Any] = {"client_id": client.client_id}
    if new_secret is not None:
        told |= {"client_secret": new_secret}
    if client.uses_secret:
        told |= {"client_secret_expires_at": 0}
    told |= {
        "registration_access_token": token,
        "registration_client_uri": f"{settings().issuer}{PATH}/{client.client_id}",
    }
    return told | self_registration.described(client)


def _register(submission: Submission) -> dict[str, Any]:
    registration_request.count_try()
    policy, is_permitted = _permission(submission)
    document = submission.document()
    try:
        added = self_registration.add(document, policy, is_permitted)
    except NotPermitted:
        raise InvalidToken("initial access token spent meanwhile") from None
    if isinstance(added, Invalid):
        registration_request.refuse(added)
    return information(added.client, added.registration_access_token, added.client_secret)


def _permission(submission: Submission) -> tuple[Policy, Callable[[], bool]]:
    """§3: what the client will be given, and how the right to register it is used up."""
    if settings().dynamic_registration == "open":
        return Policy(pkce_waived=settings().protocol.registration_waives_pkce), lambda: True
    access = _initial_access(submission)
    origin.acting_as(f"initial-access:{access.name}")
    return Policy(**access.policy), lambda: initial_access.spend(access)


def _initial_access(submission: Submission) -> InitialAccess:
    token = submission.token
    if token is None:
        raise InvalidToken("no initial access token")
    access = initial_access.find(token)
    if access is None:
        raise InvalidToken("initial access token unknown, spent or expired")
    return access
