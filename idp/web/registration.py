"""The endpoints where clients register themselves, for deployments that want that. No CORS: a page
in a browser has no business here.
"""

from __future__ import annotations

import json

from flask import Blueprint, Response, request
from werkzeug.exceptions import NotFound, RequestEntityTooLarge

from idp.oauth import rfc7591_registration, rfc7592_management
from idp.oauth.machine import NO_STORE, MachineResponse
from idp.oauth.registration_request import Submission
from idp.web.access import PROTOCOL, access

blueprint = Blueprint("registration", __name__)

_ENDPOINT = rfc7591_registration.PATH
_TOO_LARGE = {"error": "invalid_client_metadata", "error_description": "The body is too large."}


@blueprint.before_request
def require_offered() -> None:
    """Where it is off there is nothing at these addresses."""
    if not rfc7591_registration.is_offered():
        raise NotFound


@blueprint.errorhandler(RequestEntityTooLarge)
def too_large(_error: RequestEntityTooLarge) -> Response:
    """The one fault of a document that is found while reading it."""
    return _written(MachineResponse(413, _TOO_LARGE, NO_STORE))


@blueprint.post(_ENDPOINT)
@access(PROTOCOL)
def register() -> Response:
    """RFC 7591 §3."""
    return _written(rfc7591_registration.respond(_submission()))


@blueprint.get(f"{_ENDPOINT}/<client_id>")
@access(PROTOCOL)
def read(client_id: str) -> Response:
    """RFC 7592 §2.1."""
    return _written(rfc7592_management.read(client_id, _submission()))


@blueprint.put(f"{_ENDPOINT}/<client_id>")
@access(PROTOCOL)
def update(client_id: str) -> Response:
    """RFC 7592 §2.2."""
    return _written(rfc7592_management.update(client_id, _submission()))


@blueprint.delete(f"{_ENDPOINT}/<client_id>")
@access(PROTOCOL)
def delete(client_id: str) -> Response:
    """RFC 7592 §2.3."""
    return _written(rfc7592_management.delete(client_id, _submission()))


def _submission() -> Submission:
    body = request.get_data(cache=False)
    return Submission(request.headers.get("Authorization"), request.mimetype, body)


def _written(answer: MachineResponse) -> Response:
    if answer.status == 204:
        return Response(status=204, headers=dict(answer.headers))
    response = Response(json.dumps(answer.body), answer.status, mimetype="application/json")
    response.headers.update(answer.headers)
    return response
