"""The endpoints of OAuth and OpenID Connect: read what came, call the protocol row, answer."""

from __future__ import annotations

from functools import partial

from flask import Blueprint, Response, request
from werkzeug.exceptions import RequestEntityTooLarge

from idp import json_text
from idp.oauth import client_endpoints, parameters, server
from idp.oauth.client_endpoints import Endpoint
from idp.oauth.errors import RedirectedError, ShownError
from idp.oauth.machine import JwtResponse, MachineRequest, MachineResponse
from idp.oauth.parameters import MalformedParameters, NotAForm, Parameters
from idp.web import cross_origin, errors, misdirected, trial
from idp.web import interaction as pages
from idp.web.access import PROTOCOL, access
from idp.web.interaction.answers import deliver
from idp.web.misdirected import FORM

blueprint = Blueprint("protocol", __name__)

_post_only = partial(
    blueprint.route,
    methods=["GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"],
    provide_automatic_options=False,
)
"""Every method arrives, so that each is told which one is right."""


@blueprint.route("/authorize", methods=["GET", "POST"], provide_automatic_options=False)
@access(PROTOCOL)
def authorize() -> Response:
    """OIDC Core §3.1.2: an answer to the client, a page, or an error that only the user sees."""
    received: Parameters = ()
    try:
        received = _form() if request.method == "POST" else parameters.parse(request.query_string)
        return pages.authorize(server.accept(received, trial.of_this_browser(received)))
    except MalformedParameters:
        return errors.protocol_error(server.unreadable())
    except ShownError as error:
        return errors.protocol_error(error, received)
    except RedirectedError as error:
        return deliver(error.response)


@_post_only("/token")
@access(PROTOCOL)
def token() -> Response:
    """RFC 6749 §3.2."""
    if request.method != "POST":
        return cross_origin.preflight("POST") if request.method == "OPTIONS" else _only_post()
    try:
        received = _fields()
    except (MalformedParameters, RequestEntityTooLarge) as error:
        return _unreadable(error)
    return _written(server.token(_request(received)))


@blueprint.route("/userinfo", methods=["GET", "POST", "OPTIONS"], provide_automatic_options=False)
@access(PROTOCOL)
def userinfo() -> Response:
    """OIDC Core §5.3."""
    if request.method == "OPTIONS":
        return cross_origin.preflight("GET, POST")
    try:
        received: Parameters = _form() if request.method == "POST" else ()
    except (MalformedParameters, RequestEntityTooLarge) as error:
        return _unreadable(error)
    return _written(server.userinfo(_request(received)))


@_post_only("/revoke")
@access(PROTOCOL)
def revoke() -> Response:
    """RFC 7009 §2; §2.3 asks that apps in a browser may come."""
    if request.method == "OPTIONS":
        return cross_origin.preflight("POST")
    return _respond(client_endpoints.REVOCATION)


@_post_only("/par")
@access(PROTOCOL)
def pushed_request() -> Response:
    """RFC 9126 §2. Apps in a browser may come, as they do for their tokens."""
    if request.method == "OPTIONS":
        return cross_origin.preflight("POST")
    return _respond(client_endpoints.PUSHED_REQUEST)


@_post_only("/introspect")
@access(PROTOCOL)
def introspect() -> Response:
    """RFC 7662 §2. Its callers have a secret, so none of them is a page in a browser."""
    return _respond(client_endpoints.INTROSPECTION)


@_post_only("/device_authorization")
@access(PROTOCOL)
def device_authorization() -> Response:
    """RFC 8628 §3.1. A device has no page of another origin."""
    return _respond(client_endpoints.DEVICE_AUTHORIZATION)


def _respond(endpoint: Endpoint) -> Response:
    if request.method != "POST":
        return _only_post()
    try:
        received = _fields()
    except (MalformedParameters, RequestEntityTooLarge) as error:
        return _unreadable(error)
    return _written(client_endpoints.respond(endpoint, _request(received)))


def _fields() -> Parameters:
    """Of an endpoint that is told everything by them. Raises `NotAForm`, MalformedParameters."""
    received = _form()
    if request.content_length and request.mimetype != FORM:
        raise NotAForm
    return received


def _form() -> Parameters:
    """The body's fields, read once. A body of another type holds none."""
    body = request.get_data(cache=False)
    return parameters.parse(body) if request.mimetype == FORM else ()


def _request(received: Parameters) -> MachineRequest:
    sent = request.headers
    return MachineRequest(
        received,
        sent.get("Authorization"),
        sent.items,
        proof=sent.get("DPoP"),
        method=request.method,
        path=request.path,
    )


def _written(answer: MachineResponse | JwtResponse) -> Response:
    headers = answer.headers
    if request.endpoint in cross_origin.ENDPOINTS:
        headers = cross_origin.readable(headers)
    if isinstance(answer, JwtResponse):
        return Response(answer.token, headers=headers, mimetype="application/jwt")
    body = json_text.written(answer.body)
    return Response(body, answer.status, headers=headers, mimetype="application/json")


def _only_post() -> Response:
    """RFC 6749 §3.2."""
    misdirected.note_wrong_method()
    return _written(
        MachineResponse(
            405,
            {
                "error": "invalid_request",
                "error_description": "This endpoint takes POST only.",
            },
            {"Allow": ", ".join(_methods()), "Cache-Control": "no-store"},
        )
    )


def _methods() -> list[str]:
    return ["POST", "OPTIONS"] if request.endpoint in cross_origin.ENDPOINTS else ["POST"]


def _unreadable(error: Exception) -> Response:
    misdirected.note_unreadable()
    status, description = 400, "The body cannot be read."
    if isinstance(error, RequestEntityTooLarge):
        status, description = 413, "The body is too large."
    elif isinstance(error, NotAForm):
        description = f"The parameters have to come in the body as {FORM}."
    return _written(
        MachineResponse(
            status,
            {"error": "invalid_request", "error_description": description},
            {"Cache-Control": "no-store"},
        )
    )
