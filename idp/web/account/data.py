"""A copy of everything that is kept about the signed-in user, as a file."""

from __future__ import annotations

import json

from flask import Response, url_for

from idp.accounts import export
from idp.web import access
from idp.web.account.routes import blueprint, me
from idp.web.pages import page

FILE_NAME = "account-data.json"


@blueprint.get("/export")
@access.access(access.signed_in_afresh("export"))
def export_data() -> Response:
    """Say what is in it."""
    return page("account/export.html", action=url_for("account.submit_export_data"))


@blueprint.post("/export")
@access.access(access.signed_in_afresh("export"))
def submit_export_data() -> Response:
    """The file. A post, so that no link and no picture on another page fetches it."""
    document = json.dumps(export.of(me()), ensure_ascii=False, indent=2)
    response = Response(document + "\n", mimetype="application/json")
    response.headers["Content-Disposition"] = f'attachment; filename="{FILE_NAME}"'
    return response
