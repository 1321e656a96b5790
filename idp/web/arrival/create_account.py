"""Making an account oneself: name an address, open the mailed link, choose name and password."""

from __future__ import annotations

from flask import Response, request, url_for

from idp.accounts import registration
from idp.accounts.invalid import Invalid
from idp.accounts.mailed_link import Purpose
from idp.authentication.verdict import Throttled
from idp.web import access, words
from idp.web.arrival import account_form, first_sign_in, link_in_hand, waiting_sign_in
from idp.web.arrival.routes import blueprint
from idp.web.pages import FAILED_FORM, page, see_other


@blueprint.get("/create-account")
@access.access(access.PUBLIC)
def create_account() -> Response:
    """Ask for the address, and nothing else."""
    if not registration.is_open():
        return _closed()
    waiting = first_sign_in.arrived(request.args.get("interaction", ""))
    return _show(waiting=waiting, email=first_sign_in.hint(waiting))


@blueprint.post("/create-account")
@access.access(access.PUBLIC)
def submit_create_account() -> Response:
    """Have a mail sent, whatever is known about the address (R54)."""
    if not registration.is_open():
        return _closed()
    typed = request.form.get("email", "").strip()
    waiting = waiting_sign_in.known(request.form.get("interaction", ""))
    match registration.ask(typed, interaction_id=waiting):
        case Invalid(problems=problems):
            return _show(FAILED_FORM, waiting=waiting, email=typed, problem=problems["email"])
        case Throttled(wait=wait):
            seconds = words.whole_seconds(wait)
            response = _show(
                429, waiting=waiting, email=typed, problem=words.wait(wait), retry_after=seconds
            )
            response.headers["Retry-After"] = str(seconds)
            return response
        case None:
            return see_other(url_for("arrival.create_account_sent", interaction=waiting or None))


@blueprint.get("/create-account/sent")
@access.access(access.PUBLIC)
def create_account_sent() -> Response:
    """What everybody reads."""
    waiting = waiting_sign_in.known(request.args.get("interaction", ""))
    return page(
        "arrival/create_account_sent.html",
        back_url=waiting_sign_in.url(waiting),
        again_url=url_for("arrival.create_account", interaction=waiting or None),
    )


@blueprint.get("/create-account/link/<token>")
@access.access(access.PUBLIC)
def open_registration(token: str) -> Response:
    """The click in the mail."""
    return link_in_hand.take(Purpose.REGISTRATION, token, url_for("arrival.finish_account"))


@blueprint.get("/create-account/finish")
@access.access(access.PUBLIC)
def finish_account() -> Response:
    """Name and password, while the link is good."""
    return account_form.shown(_FORM)


@blueprint.post("/create-account/finish")
@access.access(access.PUBLIC)
def submit_finish_account() -> Response:
    """Make the account. Fields that the form does not have change nothing (A47)."""
    return account_form.sent(_FORM)


_FORM = account_form.AccountForm(
    purpose=Purpose.REGISTRATION,
    endpoint="arrival.submit_finish_account",
    page_name="finish-account",
    is_possible=registration.is_open,
    make=registration.complete,
)


def _closed() -> Response:
    return page("arrival/registration_closed.html", 404)


def _show(
    status: int = 200,
    *,
    waiting: str,
    email: str = "",
    problem: str | None = None,
    retry_after: int | None = None,
) -> Response:
    return page(
        "arrival/create_account.html",
        status,
        waiting=waiting,
        email=email,
        problem=problem,
        retry_after=retry_after,
        back_url=waiting_sign_in.url(waiting),
        action=url_for("arrival.submit_create_account"),
    )
