"""Public documents: discovery and the key set, as bytes made once and revalidated by `ETag`."""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import partial
from hashlib import sha256
from typing import Any

from flask import Blueprint, Response, current_app, request

from idp.accounts.custom_claims import definitions
from idp.oauth import rfc9728_protected_resource, server
from idp.signing import jwks
from idp.signing.jwks import Document
from idp.web.access import PROTOCOL, access
from idp.web.cross_origin import preflight

blueprint = Blueprint("well_known", __name__)

MAXIMUM_AGE_SECONDS = 900
EXTENSION = "idp.discovery"
RESOURCE_EXTENSION = "idp.protected_resource"

# A page of another origin may ask beforehand whether it may send a header of its own.
_public = partial(blueprint.route, methods=["GET", "OPTIONS"], provide_automatic_options=False)


@_public("/.well-known/openid-configuration")
@_public("/.well-known/oauth-authorization-server", endpoint="authorization_server")
@access(PROTOCOL)
def discovery() -> Response:
    """OIDC Discovery §4, RFC 8414 §3: one document at two addresses."""
    return _static(_discovery())


@_public(rfc9728_protected_resource.WELL_KNOWN)
@access(PROTOCOL)
def protected_resource() -> Response:
    """RFC 9728 §3: of the Admin API."""
    return _static(_kept(RESOURCE_EXTENSION, rfc9728_protected_resource.metadata))


@_public("/jwks")
@access(PROTOCOL)
def key_set() -> Response:
    """OIDC Core §10.1."""
    return _static(jwks.document())


def _discovery() -> Document:
    """It tells which claims there are, so it is made anew when some are defined or removed."""
    return _kept(EXTENSION, server.metadata, definitions.everyone())


def _kept(name: str, make: Callable[[], dict[str, Any]], about: object = None) -> Document:
    """Nothing in it changes while the process lives, but with what it is about."""
    extensions = current_app.extensions
    kept, document = extensions.get(name, (about, None))
    if document is None or kept != about:
        body = json.dumps(make(), separators=(",", ":")).encode()
        document = Document(body, sha256(body).hexdigest()[:32])
        extensions[name] = (about, document)
    found: Document = document
    return found


def _static(document: Document) -> Response:
    if request.method == "OPTIONS":
        return preflight("GET")
    response = Response(document.body, mimetype="application/json")
    response.set_etag(document.etag)
    response.headers["Cache-Control"] = f"public, max-age={MAXIMUM_AGE_SECONDS}"
    response.headers["Access-Control-Allow-Origin"] = "*"
    response.make_conditional(request)
    return response
