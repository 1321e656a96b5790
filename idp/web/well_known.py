"""Public documents: discovery and the key set, as bytes made once and revalidated by `ETag`."""

from __future__ import annotations

import json
from hashlib import sha256

from flask import Blueprint, Response, current_app, request

from idp.oauth import server
from idp.signing import jwks
from idp.signing.jwks import Document
from idp.web.access import PROTOCOL, access

blueprint = Blueprint("well_known", __name__)

MAXIMUM_AGE_SECONDS = 900
EXTENSION = "idp.discovery"


@blueprint.get("/.well-known/openid-configuration")
@blueprint.get("/.well-known/oauth-authorization-server", endpoint="authorization_server")
@access(PROTOCOL)
def discovery() -> Response:
    """OIDC Discovery §4, RFC 8414 §3: one document at two addresses."""
    return _static(_discovery())


@blueprint.get("/jwks")
@access(PROTOCOL)
def key_set() -> Response:
    """OIDC Core §10.1."""
    return _static(jwks.document())


def _discovery() -> Document:
    """Nothing in it changes while the process lives."""
    extensions = current_app.extensions
    if EXTENSION not in extensions:
        body = json.dumps(server.metadata(), separators=(",", ":")).encode()
        extensions[EXTENSION] = Document(body, sha256(body).hexdigest()[:32])
    document: Document = extensions[EXTENSION]
    return document


def _static(document: Document) -> Response:
    response = Response(document.body, mimetype="application/json")
    response.set_etag(document.etag)
    response.headers["Cache-Control"] = f"public, max-age={MAXIMUM_AGE_SECONDS}"
    response.headers["Access-Control-Allow-Origin"] = "*"
    response.make_conditional(request)
    return response
