"""A new e-mail address, confirmed: by the link that went there, in a browser that is signed in.

Both halves are needed: the link proves the mailbox, the session the account.
"""

from __future__ import annotations

from flask import Response, url_for

from idp.accounts import email_change, mailed_link
from idp.accounts.arrive import AddressTaken, LinkOver
from idp.accounts.email_change import Changed
from idp.accounts.mailed_link import Purpose
from idp.models import MailedLink
from idp.web import access, current
from idp.web.arrival import link_in_hand
from idp.web.arrival.routes import blueprint
from idp.web.pages import page, see_other


@blueprint.get("/change-email/<token>")
@access.access(access.PUBLIC)
def open_email_change(token: str) -> Response:
    """The click in the mail."""
    return link_in_hand.take(Purpose.CHANGE_ADDRESS, token, url_for("arrival.confirm_email"))


@blueprint.get("/account/email/confirm")
@access.access(access.SIGNED_IN)
def confirm_email() -> Response:
    """Which address takes the place of which."""
    link = _mine()
    if link is None:
        return link_in_hand.gone()
    user = mailed_link.user_of(link)
    return page(
        "account/confirm_email.html",
        old=user.email.address if user.email else "",
        new=link.details["address"],
        link_mark=link_in_hand.mark(link),
        action=url_for("arrival.submit_confirm_email"),
        back_url=url_for("account.profile"),
    )


@blueprint.post("/account/email/confirm")
@access.access(access.SIGNED_IN)
def submit_confirm_email() -> Response:
    """Change it."""
    link = _mine()
    if link is None:
        return link_in_hand.gone()
    link_in_hand.release(Purpose.CHANGE_ADDRESS)
    match email_change.confirm(link):
        case Changed():
            return see_other(url_for("account.profile", notice="email-changed"))
        case LinkOver():
            return link_in_hand.gone()
        case AddressTaken():
            address = link.details["address"]
            return page(
                "arrival/address_taken.html",
                409,
                email=address,
                way_on=url_for("account.change_email"),
            )


def _mine() -> MailedLink | None:
    """The link, if it is about whoever is signed in: another account's is no link here (A16)."""
    link = link_in_hand.held(Purpose.CHANGE_ADDRESS)
    return link if link is not None and link.user_id == current.session().user_id else None
