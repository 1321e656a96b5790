"""An account's own address, confirmed by a mailed link in whichever browser opens it."""

from __future__ import annotations

from flask import Response, url_for

from idp.accounts import email_verification
from idp.accounts.arrive import LinkOver
from idp.accounts.mailed_link import Purpose
from idp.web import access
from idp.web.arrival import link_in_hand
from idp.web.arrival.routes import blueprint
from idp.web.pages import page


@blueprint.get("/verify-email/<token>")
@access.access(access.PUBLIC)
def open_verification(token: str) -> Response:
    """The click in the mail."""
    return link_in_hand.take(Purpose.VERIFY_ADDRESS, token, url_for("arrival.verify_email"))


@blueprint.get("/verify-email")
@access.access(access.PUBLIC)
def verify_email() -> Response:
    """One button, so that a mail scanner confirms nothing (R52)."""
    link = link_in_hand.held(Purpose.VERIFY_ADDRESS)
    if link is None:
        return link_in_hand.gone()
    return page(
        "arrival/confirm_address.html",
        email=link.details["address"],
        link_mark=link_in_hand.mark(link),
        action=url_for("arrival.submit_verify_email"),
    )


@blueprint.post("/verify-email")
@access.access(access.PUBLIC)
def submit_verify_email() -> Response:
    """The address is proven. Nobody is signed in by that."""
    link = link_in_hand.held(Purpose.VERIFY_ADDRESS)
    if link is None or isinstance(email_verification.confirm(link), LinkOver):
        return link_in_hand.gone()
    link_in_hand.release(Purpose.VERIFY_ADDRESS)
    return page("arrival/address_confirmed.html", email=link.details["address"])
