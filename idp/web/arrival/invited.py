"""Accepting an invitation: name and password, for the address that was invited."""

from __future__ import annotations

from flask import Response, url_for

from idp.accounts import invitation
from idp.accounts.mailed_link import Purpose
from idp.web import access
from idp.web.arrival import account_form, link_in_hand
from idp.web.arrival.routes import blueprint


@blueprint.get("/invitation/<token>")
@access.access(access.PUBLIC)
def open_invitation(token: str) -> Response:
    """The click in the mail."""
    return link_in_hand.take(Purpose.INVITATION, token, url_for("arrival.accept_invitation"))


@blueprint.get("/invitation")
@access.access(access.PUBLIC)
def accept_invitation() -> Response:
    """Who invites, and the form, while the link is good."""
    return account_form.shown(_FORM)


@blueprint.post("/invitation")
@access.access(access.PUBLIC)
def submit_accept_invitation() -> Response:
    """Make the account; address and role are the invitation's (A47)."""
    return account_form.sent(_FORM)


_FORM = account_form.AccountForm(
    purpose=Purpose.INVITATION,
    endpoint="arrival.submit_accept_invitation",
    page_name="invitation",
    is_possible=invitation.is_possible,
    make=invitation.accept,
)
