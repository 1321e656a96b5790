"""Choosing a first password by a one-time link. Nobody is signed in by it."""

from __future__ import annotations

from flask import Response, request, url_for

from idp.accounts import mailed_link, password_link
from idp.accounts.mailed_link import Purpose
from idp.authentication import password
from idp.authentication.verdict import Busy
from idp.models import MailedLink
from idp.web import access, errors, words
from idp.web.arrival import first_sign_in, link_in_hand
from idp.web.arrival.routes import blueprint
from idp.web.pages import FAILED_FORM, page


@blueprint.get("/set-password/<token>")
@access.access(access.PUBLIC)
def open_link(token: str) -> Response:
    """The click in the mail."""
    return link_in_hand.take(Purpose.SET_PASSWORD, token, url_for("arrival.set_password"))


@blueprint.get("/set-password")
@access.access(access.PUBLIC)
def set_password() -> Response:
    """The form, while the link is good."""
    link = link_in_hand.held(Purpose.SET_PASSWORD)
    return _show(link) if link else link_in_hand.gone()


@blueprint.post("/set-password")
@access.access(access.PUBLIC)
def submit_set_password() -> Response:
    """Spend the link and set the password, in one transaction."""
    link = link_in_hand.held(Purpose.SET_PASSWORD)
    if link is None:
        return link_in_hand.gone()
    chosen = request.form.get("password", "")
    if problems := password.problems(chosen, mailed_link.user_of(link)):
        return _show(link, FAILED_FORM, errors={"password": " ".join(problems)})
    outcome = password_link.consume(link, chosen)
    if isinstance(outcome, Busy):
        return errors.busy(words.whole_seconds(outcome.wait))
    if not outcome:
        return link_in_hand.gone()
    link_in_hand.release(Purpose.SET_PASSWORD)
    # The link came from an administrator or a command: it is an enrolment ticket, too (R13, R20).
    user = mailed_link.user_of(link)
    return page("arrival/password_set.html", sign_in_url=first_sign_in.url("", user))


def _show(link: MailedLink, status: int = 200, errors: dict[str, str] | None = None) -> Response:
    user = mailed_link.user_of(link)
    return page(
        "arrival/set_password.html",
        status,
        email=user.email.address if user.email else "",
        errors=errors or {},
        minimum_length=password.minimum_length(user),
        link_mark=link_in_hand.mark(link),
        action=url_for("arrival.submit_set_password"),
    )
