"""RFC 7592, management of a registration by the client itself, with the token it was given.

Whoever comes without the token of this very client hears the same whether the client exists.
"""

from __future__ import annotations

from typing import Any, NoReturn

from idp import clock, origin
from idp.clients import register, registration_token, registry, self_registration
from idp.clients.metadata import Invalid
from idp.clients.registered import RegisteredClient
from idp.oauth import registration_request, rfc7591_registration
from idp.oauth.machine import MachineResponse
from idp.oauth.registration_request import InvalidClientMetadata, InvalidToken, Submission


def read(client_id: str, submission: Submission) -> MachineResponse:
    """§2.1."""

    def answer() -> dict[str, Any]:
        client, token = _identified(client_id, submission)
        return rfc7591_registration.information(client, token, None)

    return registration_request.answered(200, answer)


def update(client_id: str, submission: Submission) -> MachineResponse:
    """§2.2: the whole document anew; what is left out falls back to its default."""

    def answer() -> dict[str, Any]:
        client, token = _identified(client_id, submission)
        document = submission.document()
        _require_own(document, client)
        changed = self_registration.change(client, document)
        if changed is None:
            raise InvalidToken("client removed meanwhile", client_id)
        if isinstance(changed, Invalid):
            registration_request.refuse(changed)
        return rfc7591_registration.information(changed.client, token, changed.client_secret)

    return registration_request.answered(200, answer)


def delete(client_id: str, submission: Submission) -> MachineResponse:
    """§2.3: with its secrets, its tokens and its users' consent."""

    def answer() -> dict[str, Any]:
        client, _ = _identified(client_id, submission)
        register.remove(client.client_id)
        return {}

    return registration_request.answered(204, answer)


def _identified(client_id: str, submission: Submission) -> tuple[RegisteredClient, str]:
    """§2: the token is bound to its client. Wrong ones are counted after the failure (R36)."""
    token, client = submission.token, registry.find(client_id)
    if token is None or client is None or not client.is_enabled:
        _refuse("no token, or client unknown or disabled", client)
    if not registration_token.opens(client, token):
        _refuse("registration token of another client", client)
    origin.acting_as(f"client:{client.client_id}")
    return client, token


def _refuse(reason: str, client: RegisteredClient | None) -> NoReturn:
    registration_request.count_try()
    raise InvalidToken(reason, client.client_id if client else None)


def _require_own(document: dict[str, Any], client: RegisteredClient) -> None:
    """§2.2: the identity is repeated, and the secret, where it is, is the current one."""
    if document.get("client_id") != client.client_id:
        raise InvalidClientMetadata("The client_id must be the one of this registration.")
    secret = document.get("client_secret")
    if secret is None:
        return
    if not isinstance(secret, str) or not client.accepts_secret(secret, clock.now()):
        raise InvalidClientMetadata("The client_secret is not the current one.")
