"""A secret is in the answer that made it and nowhere else: not in a row, a log or a cookie. What
the page offers to download, it sends back itself.
"""

from __future__ import annotations

from flask import Response, make_response, request, url_for
from werkzeug.exceptions import NotFound

from idp import clock
from idp.accounts.permissions import Permission
from idp.clients import snippets
from idp.clients.register import Registered
from idp.extensions import settings
from idp.web import access
from idp.web.admin.clients.found import card, existing
from idp.web.admin.routes import blueprint
from idp.web.pages import page


def page_of(registered: Registered, message: str) -> Response:
    """The client_id, the secret if it has got one, and how to go on."""
    client = registered.client
    return page(
        "admin/clients/created.html",
        client=card(client),
        message=message,
        client_secret=registered.client_secret,
        issuer=settings().issuer,
        snippets=snippets.of(client),
        environment_action=url_for("admin.client_environment", client_id=client.client_id),
    )


@blueprint.post("/clients/<path:client_id>/environment")
@access.access(access.of_client_write(Permission.OWN_CLIENT_WRITE, "change-apps"))
def client_environment(client_id: str) -> Response:
    """A file that most frameworks read. The page that showed the secret sends it along."""
    client, secret = existing(client_id), request.form.get("client_secret", "")
    if secret and not client.accepts_secret(secret, clock.now()):
        raise NotFound
    answer = make_response(snippets.environment(client, secret))
    answer.mimetype = "text/plain"
    answer.headers["Content-Disposition"] = 'attachment; filename="app.env"'
    return answer
