"""Where programs learn what the API is: its OpenAPI document, for anybody, as the code is."""

from __future__ import annotations

import json
from hashlib import sha256

from flask import Response, current_app, request

from idp.signing.jwks import Document
from idp.web.access import PROTOCOL, access
from idp.web.api import openapi
from idp.web.api.operation import blueprint

EXTENSION = "idp.openapi"
MAXIMUM_AGE_SECONDS = 900


@blueprint.route("/openapi.json", methods=["GET"], provide_automatic_options=False)
@access(PROTOCOL)
def description() -> Response:
    """It names no secret and no client."""
    document = _document()
    response = Response(document.body, mimetype="application/json")
    response.set_etag(document.etag)
    response.headers["Cache-Control"] = f"public, max-age={MAXIMUM_AGE_SECONDS}"
    response.make_conditional(request)
    return response


def _document() -> Document:
    """Nothing in it changes while the process lives."""
    extensions = current_app.extensions
    if EXTENSION not in extensions:
        body = json.dumps(openapi.document(), separators=(",", ":")).encode()
        extensions[EXTENSION] = Document(body, sha256(body).hexdigest()[:32])
    document: Document = extensions[EXTENSION]
    return document
