"""An enrolment link: its owner signs in, and may set up the first second factor (R20)."""

from __future__ import annotations

from flask import Response, url_for

from idp.accounts import mailed_link
from idp.accounts.mailed_link import Purpose
from idp.web import access
from idp.web.arrival import first_sign_in, link_in_hand
from idp.web.arrival.routes import blueprint
from idp.web.pages import page, see_other


@blueprint.get("/enrolment/<token>")
@access.access(access.PUBLIC)
def open_enrolment(token: str) -> Response:
    """The click on the link."""
    return link_in_hand.take(Purpose.ENROLMENT, token, url_for("arrival.enrolment"))


@blueprint.get("/enrolment")
@access.access(access.PUBLIC)
def enrolment() -> Response:
    """What comes next, and one button (R52)."""
    link = link_in_hand.held(Purpose.ENROLMENT)
    if link is None:
        return link_in_hand.gone()
    user = mailed_link.user_of(link)
    return page(
        "arrival/enrolment.html",
        email=user.email.address if user.email else "",
        link_mark=link_in_hand.mark(link),
        action=url_for("arrival.submit_enrolment"),
    )


@blueprint.post("/enrolment")
@access.access(access.PUBLIC)
def submit_enrolment() -> Response:
    """Spend the link for a ticket. The password is asked for all the same."""
    link = link_in_hand.held(Purpose.ENROLMENT)
    if link is None or not mailed_link.spend(link):
        return link_in_hand.gone()
    link_in_hand.release(Purpose.ENROLMENT)
    return see_other(first_sign_in.url("", mailed_link.user_of(link)))
