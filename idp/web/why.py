"""The page of a link that explains one request: nothing of the deployment but that."""

from __future__ import annotations

from flask import Blueprint, Response
from werkzeug.exceptions import Gone

from idp.clients import registry
from idp.web import access, explanation_link
from idp.web.admin.clients.explained import explained
from idp.web.pages import page

blueprint = Blueprint("why", __name__)


@blueprint.get("/why/<token>")
@access.access(access.PUBLIC)
def explanation(token: str) -> Response:
    """What came, what was expected and how to mend it. The link is the right to see it."""
    trace = explanation_link.opened(token)
    if trace is None:
        raise Gone
    client = registry.find(trace.client_id) if trace.client_id else None
    response = page(
        "why.html",
        trace=explained(trace, client),
        name=client.client_name if client else None,
    )
    # The path is the right to see it: it goes to no other page, and into no search engine.
    response.headers["Referrer-Policy"] = "strict-origin"
    response.headers["X-Robots-Tag"] = "noindex, nofollow, noarchive"
    return response
