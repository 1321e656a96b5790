"""Forms that end in a page with a secret: sent a second time they make nothing."""

from __future__ import annotations

from flask import Response, request

from idp.clients import registry, submission
from idp.clients.submission import Submission
from idp.web.admin.clients.found import card
from idp.web.admin.routes import me
from idp.web.pages import page

FIELD = "submission"
ALREADY = 409


def new() -> str:
    """For the hidden field."""
    return submission.new_key()


def sent() -> Submission | None:
    """Of the form in hand; None: it has no key."""
    return submission.of(request.form.get(FIELD, ""), me().id)


def already(spent: Submission) -> Response:
    """What was made is told again, but for the secret, which nobody has any more."""
    client_id = submission.made_by(spent)
    made = registry.find(client_id) if client_id else None
    return page("admin/clients/already.html", ALREADY, client=card(made) if made else None)
