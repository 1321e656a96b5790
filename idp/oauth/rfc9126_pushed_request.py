"""RFC 9126, pushed authorization requests: a client brings its request itself, and the browser
carries nothing but a name.

It is judged when it comes, by the table that judges every authorization request, so that the client
hears of a fault at once; and again when the browser comes, since registrations change. What is kept
are its parameters, without credentials, and unpacked if they came as a request object.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from authlib.oauth2.rfc6749.errors import InvalidRequestError

from idp.clients.registered import RegisteredClient
from idp.extensions import settings
from idp.oauth import pushed_requests, rules
from idp.oauth.asked import Asked
from idp.oauth.errors import PushRefused, ShownError
from idp.oauth.parameters import Received

ENDPOINTS = {"pushed_authorization_request_endpoint": "/par"}
METADATA = {"require_pushed_authorization_requests": False}

_CREDENTIALS = frozenset(
    {"client_id", "client_secret", "client_assertion", "client_assertion_type"}
)


def push(client: RegisteredClient, received: Received) -> dict[str, Any]:
    """§2.1, §2.2. `client` has proven who it is."""
    if received.get("request_uri") is not None:
        raise InvalidRequestError("A request_uri cannot be pushed.")
    judged = _judged(_without_credentials(received, client))
    kept = replace(judged, received=_kept(judged, received.get("dpop_jkt")))
    return {
        "request_uri": pushed_requests.store(kept),
        "expires_in": int(settings().tokens.pushed_request_lifetime.total_seconds()),
    }


def _without_credentials(received: Received, client: RegisteredClient) -> Received:
    """§2.1: they are no part of the request, whatever a request object holds; who it comes from is
    known.
    """
    own = [pair for pair in received.parameters if pair[0] not in _CREDENTIALS]
    return Received([("client_id", client.client_id), *own])


def _kept(judged: Asked, jkt: str | None) -> Received:
    """`jkt`: of the key that was proven on the way here, which no request object has to repeat."""
    own = _without_credentials(judged.received, judged.client)
    if jkt is None or own.get("dpop_jkt") is not None:
        return own
    return Received([*own.parameters, ("dpop_jkt", jkt)])


def _judged(received: Received) -> Asked:
    """§2.1: as at the authorization endpoint; §2.3: the client is told, and nobody else."""
    try:
        asked = rules.pushed(received)
        rules.judge_trusted(asked)
    except ShownError as error:
        raise PushRefused(error.code, error.explanation, error.detail, "redirect_uri") from error
    except rules.Refused as refused:
        fault = refused.error
        reason = getattr(fault, "reason", "")
        description = fault.get_error_description()
        raise PushRefused(fault.error, description, reason, refused.failed) from refused
    return asked
