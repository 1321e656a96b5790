"""The surface: what is installed, as tables, and the typed functions that the web row calls.

Authlib's server is router and skeleton: one object per app, since a shared one collects grants.
"""

from __future__ import annotations

import logging
from typing import Any

import structlog
from flask import Flask

from idp import audit, metrics
from idp.audit import catalogue
from idp.extensions import kept
from idp.oauth import (
    claims,
    form_post_response_mode,
    jarm_response_mode,
    oidc_backchannel_logout,
    oidc_core_claims_parameter,
    oidc_core_front_channel,
    oidc_core_id_token,
    oidc_core_request,
    oidc_core_request_uri,
    oidc_core_userinfo,
    oidc_discovery,
    oidc_eap_acr_values,
    oidc_frontchannel_logout,
    oidc_prompt_create,
    oidc_rp_initiated_logout,
    pushed_requests,
    rfc6749_authorization_code,
    rfc6749_client_authentication,
    rfc6749_client_credentials,
    rfc6749_error_response,
    rfc6749_refresh_token,
    rfc7009_revocation,
    rfc7523_client_assertion,
    rfc7591_registration,
    rfc7636_pkce,
    rfc7662_introspection,
    rfc8414_metadata,
    rfc8628_device,
    rfc9101_request_object,
    rfc9126_pushed_request,
    rfc9207_issuer,
    rfc9449_dpop,
    rules,
    subject,
    tracing,
)
from idp.oauth.approval import Approval
from idp.oauth.authlib_server import Server, grant_type
from idp.oauth.diagnosis import Diagnosis
from idp.oauth.errors import (
    OAuth2Error,
    RedirectedError,
    ShownError,
    challenge_of,
    refusal,
)
from idp.oauth.explaining import left_out
from idp.oauth.machine import (
    NO_STORE,
    AuthlibRequest,
    JwtResponse,
    MachineRequest,
    MachineResponse,
)
from idp.oauth.parameters import NOTHING, Parameters, Received
from idp.oauth.request import AuthorizationRequest, StoredAuthorizationRequest, restore
from idp.oauth.response import AuthorizationResponse
from idp.oauth.trial import Trial

__all__ = [
    "accept",
    "answer",
    "install",
    "metadata",
    "refuse",
    "restore",
    "token",
    "unreadable",
    "userinfo",
]

GRANTS: tuple[tuple[type, list[Any]], ...] = (
    (rfc6749_authorization_code.CodeGrant, [rfc7636_pkce.ProofKey()]),
    (oidc_core_front_channel.FrontChannelGrant, []),
    (rfc6749_refresh_token.RefreshGrant, []),
    (rfc6749_client_credentials.MachineGrant, []),
    (rfc8628_device.DeviceGrant, []),
)
"""What the token endpoint answers, and Authlib's extensions of each."""

METADATA = (
    rfc8414_metadata,
    oidc_discovery,
    oidc_core_userinfo,
    rfc6749_authorization_code,
    rfc6749_refresh_token,
    rfc6749_client_credentials,
    rfc8628_device,
    rfc6749_client_authentication,
    rfc7523_client_assertion,
    rfc7009_revocation,
    rfc7662_introspection,
    rfc7636_pkce,
    rfc9207_issuer,
    form_post_response_mode,
    jarm_response_mode,
    oidc_core_front_channel,
    oidc_core_request,
    oidc_prompt_create,
    oidc_eap_acr_values,
    rfc9101_request_object,
    rfc9126_pushed_request,
    rfc9449_dpop,
    oidc_core_request_uri,
    oidc_core_claims_parameter,
    oidc_core_id_token,
    subject,
    claims,
    oidc_rp_initiated_logout,
    oidc_backchannel_logout,
    oidc_frontchannel_logout,
    rfc7591_registration,
)
"""Whose members make up the discovery document."""

EXTENSION = "idp.oauth"

SILENT = frozenset(
    {"login_required", "consent_required", "interaction_required", "account_selection_required"}
)
"""Answers to `prompt=none`: apps ask often, nobody tried anything, so no audit row."""

_log = structlog.get_logger("protocol")


def install(app: Flask) -> None:
    """Build this app's server."""
    # At DEBUG Authlib prints whole tokens.
    logging.getLogger("authlib").setLevel(logging.INFO)
    server = Server()
    for grant, extensions in GRANTS:
        server.register_grant(grant, extensions)
    app.extensions[EXTENSION] = server


def _server() -> Server:
    server: Server = kept()[EXTENSION]
    return server


def metadata() -> dict[str, Any]:
    """The discovery document, which is also the one of RFC 8414."""
    return oidc_discovery.document(METADATA)


def accept(parameters: Parameters, trial: Trial | None = None) -> AuthorizationRequest:
    """Judge an authorization request. Raises `ShownError` or `RedirectedError`. `trial`: begun in
    this very browser by an administrator.
    """
    received = Received(parameters)
    try:
        request = rules.judge(received, trial)
    except ShownError as error:
        tracing.shown(received, error)
        client_id = error.client.client_id if error.client else None
        _record_refusal(client_id, error.code, error.detail)
        raise
    except rules.Refused as refused:
        tracing.refused(received, refused)
        asked, fault = refused.asked, refused.error
        reason = getattr(fault, "reason", fault.get_error_description())
        _record_refusal(asked.client.client_id, fault.error, reason)
        response = rfc6749_error_response.told(
            fault, asked.client, asked.redirect_uri, asked.state, refused.mode
        )
        raise RedirectedError(response, fault) from fault
    tracing.accepted(received, request)
    return request


def unreadable() -> ShownError:
    """What cannot even be read as parameters names nobody who could be told."""
    error = ShownError("invalid_request", "The parameters cannot be read.", detail="malformed")
    tracing.misdirected(tracing.AUTHORIZE, MachineRequest(), Diagnosis("unreadable"))
    _record_refusal(None, error.code, error.detail)
    return error


def answer(request: AuthorizationRequest, approval: Approval) -> AuthorizationResponse:
    """Mint the code that the finished interaction has earned. Raises `ShownError`."""
    if request.pushed_as is not None:
        pushed_requests.spend(request.pushed_as, request.client)
    tracing.allowed(request, approval.scope)
    view = StoredAuthorizationRequest(request)
    server = _server()
    response: AuthorizationResponse = server.create_authorization_response(
        view, grant_user=approval, grant=server.get_authorization_grant(view)
    )
    return response


def refuse(request: AuthorizationRequest, code: str) -> AuthorizationResponse:
    """End a sound request without a code."""
    tracing.ended(request, code)
    if code not in SILENT:
        _record_refusal(request.client.client_id, code, "after judgement")
    return rfc6749_error_response.told(
        refusal(code),
        request.client,
        request.redirect_uri,
        request.state,
        request.response_mode,
    )


def token(request: MachineRequest) -> MachineResponse:
    """RFC 6749 §3.2."""
    view = AuthlibRequest(request)
    response: MachineResponse = _server().create_token_response(view)
    if response.status == 200:
        metrics.token_answers.labels(grant_type(view), "issued").inc()
        client = view.client.registered
        dropped = left_out.of_token(view.received, response.body, client)
        tracing.answered("token", view.received, client, dropped)
    return response


def userinfo(request: MachineRequest) -> MachineResponse | JwtResponse:
    """OIDC Core §5.3."""
    try:
        answer = oidc_core_userinfo.userinfo(request)
        dropped = left_out.of_userinfo(answer.claims, answer.scope)
        tracing.answered(tracing.USERINFO, NOTHING, answer.client, dropped)
        if answer.is_signed:
            return JwtResponse(answer.signed(), NO_STORE)
        return MachineResponse(200, answer.claims, NO_STORE)
    except OAuth2Error as error:
        _log.info("userinfo refused", error_code=error.error, reason=getattr(error, "reason", ""))
        tracing.token_refused(request, error)
        body = dict(error.get_body())
        return MachineResponse(error.status_code, body, NO_STORE | challenge_of(error))


def _record_refusal(client_id: str | None, error: str, reason: str) -> None:
    audit.record(catalogue.AuthorizationRefused(client_id=client_id, error=error, reason=reason))
