"""The link of a reset: its owner signs in by the password, and sets up a new factor (R56)."""

from __future__ import annotations

from flask import Response, url_for

from idp.accounts import factor_replacement, mailed_link
from idp.accounts.mailed_link import Purpose
from idp.web import access
from idp.web.arrival import first_sign_in, link_in_hand, waiting_sign_in
from idp.web.arrival.routes import blueprint
from idp.web.pages import page, see_other


@blueprint.get("/replace-factors/<token>")
@access.access(access.PUBLIC)
def open_replacement(token: str) -> Response:
    """The click in the mail."""
    return link_in_hand.take(Purpose.REPLACE_FACTORS, token, url_for("arrival.replace_factors"))


@blueprint.get("/replace-factors")
@access.access(access.PUBLIC)
def replace_factors() -> Response:
    """What comes next, and one button (R52)."""
    link = link_in_hand.held(Purpose.REPLACE_FACTORS)
    if link is None:
        return link_in_hand.gone()
    user = mailed_link.user_of(link)
    return page(
        "arrival/replace_factors.html",
        email=user.email.address if user.email else "",
        link_mark=link_in_hand.mark(link),
        action=url_for("arrival.submit_replace_factors"),
    )


@blueprint.post("/replace-factors")
@access.access(access.PUBLIC)
def submit_replace_factors() -> Response:
    """Spend the link for one sign-in in this browser. The password is asked for all the same."""
    link = link_in_hand.held(Purpose.REPLACE_FACTORS)
    if link is None:
        return link_in_hand.gone()
    waiting = first_sign_in.begin("", mailed_link.user_of(link))
    if not factor_replacement.admit(link, waiting.id):
        return link_in_hand.gone()
    link_in_hand.release(Purpose.REPLACE_FACTORS)
    return see_other(waiting_sign_in.url(waiting.id))
