"""The link that calls off a reset of second factors. It only ever keeps things as they are, so it
asks for no sign-in.
"""

from __future__ import annotations

from flask import Response, url_for

from idp.accounts import factor_reset, mailed_link
from idp.accounts.mailed_link import Purpose
from idp.accounts.outcome import Outcome
from idp.web import access
from idp.web.arrival import link_in_hand
from idp.web.arrival.routes import blueprint
from idp.web.pages import page


@blueprint.get("/cancel-reset/<token>")
@access.access(access.PUBLIC)
def open_reset_cancelling(token: str) -> Response:
    """The click in the mail."""
    return link_in_hand.take(Purpose.CANCEL_RESET, token, url_for("arrival.cancel_reset"))


@blueprint.get("/cancel-reset")
@access.access(access.PUBLIC)
def cancel_reset() -> Response:
    """One button, so that a mail scanner calls nothing off (R52)."""
    link = link_in_hand.held(Purpose.CANCEL_RESET)
    if link is None:
        return link_in_hand.gone()
    user = mailed_link.user_of(link)
    return page(
        "arrival/cancel_reset.html",
        email=user.email.address if user.email else "",
        link_mark=link_in_hand.mark(link),
        action=url_for("arrival.submit_cancel_reset"),
    )


@blueprint.post("/cancel-reset")
@access.access(access.PUBLIC)
def submit_cancel_reset() -> Response:
    """Everything stays as it was."""
    link = link_in_hand.held(Purpose.CANCEL_RESET)
    if link is None:
        return link_in_hand.gone()
    cancelled = factor_reset.cancel(mailed_link.user_of(link), reason="by the mailed link")
    if cancelled is not Outcome.DONE:
        return link_in_hand.gone()
    link_in_hand.release(Purpose.CANCEL_RESET)
    return page("arrival/reset_cancelled.html")
