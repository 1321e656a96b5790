"""Authlib's authorization server with our requests, our client authentication and our answers."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from authlib.oauth2.rfc6749 import AuthorizationServer

from idp import audit, metrics, origin, throttle
from idp.audit import catalogue
from idp.clients.registered import RegisteredClient
from idp.oauth import (
    rfc6749_client_authentication,
    rfc8628_device,
    rfc9449_dpop,
    rules,
    tracing,
)
from idp.oauth.errors import InvalidClient, OAuth2Error, body_of, challenge_of
from idp.oauth.machine import NO_STORE, AuthlibRequest, MachineResponse, failed_too_often
from idp.oauth.response import AuthorizationResponse
from idp.oauth.rows import AuthlibClient


class Server(AuthorizationServer):
    """Built once per app, since a shared one collects grants."""

    def query_client(self, client_id: str) -> None:
        """Never asked: requests arrive with their client judged."""
        raise NotImplementedError(client_id)

    def authenticate_client(
        self, request: AuthlibRequest, _methods: list[str], _endpoint: str = "token"
    ) -> AuthlibClient:
        if (spoken_for := request.sent.speaks_for) is not None:
            request.client = AuthlibClient(spoken_for)
            return request.client
        client = AuthlibClient(
            rfc6749_client_authentication.authenticate(request.sent.authorization, request.received)
        )
        request.client = client
        origin.acting_as(f"client:{client.client_id}")
        request.jkt = rfc9449_dpop.of_token_request(client.registered, request.sent)
        return client

    def create_oauth2_request(self, request: AuthlibRequest) -> AuthlibRequest:
        """Already one of ours."""
        return request

    def send_signal(self, name: str, *_: object, **__: object) -> None:
        """Nobody listens."""

    def create_token_response(self, request: AuthlibRequest) -> MachineResponse:
        """RFC 6749 §3.2: what can be judged without a client comes first, apart from Authlib."""
        try:
            for require in rules.TOKEN_REQUEST:
                require(request.received)
        except OAuth2Error as error:
            return self.handle_error_response(request, error)
        response: MachineResponse = super().create_token_response(request)
        return response

    def handle_response(
        self,
        status: int,
        body: AuthorizationResponse | dict[str, Any],
        _headers: list[tuple[str, str]],
    ) -> AuthorizationResponse | MachineResponse:
        if isinstance(body, AuthorizationResponse):
            return body
        return MachineResponse(status, body, NO_STORE)

    def handle_error_response(self, request: AuthlibRequest, error: OAuth2Error) -> MachineResponse:
        """RFC 6749 §5.2, and the audit row of the refusal."""
        metrics.token_answers.labels(grant_type(request), error.error).inc()
        client = request.client.registered if request.client else getattr(error, "client", None)
        if isinstance(error, InvalidClient) and (wait := _too_many_failures(client)):
            return failed_too_often(wait)
        if error.error in rfc8628_device.STILL_WAITING:
            return MachineResponse(error.status_code, body_of(error), NO_STORE)
        tracing.denied("token", request.sent, client, error)
        audit.record(
            catalogue.TokenRequestRefused(
                client_id=client.client_id if client else None,
                error=error.error,
                reason=getattr(error, "reason", error.get_error_description()),
            )
        )
        return MachineResponse(error.status_code, body_of(error), NO_STORE | challenge_of(error))


def _too_many_failures(client: RegisteredClient | None) -> timedelta | None:
    """Counted after the failure (R36). Unknown clients of one address share a counter."""
    return throttle.take("client_authentication", client=client.client_id if client else "unknown")


def grant_type(request: AuthlibRequest) -> str:
    """For a label, so only known values."""
    offered = request.payload.grant_type
    return offered if offered in rules.GRANT_TYPES else "unknown"
