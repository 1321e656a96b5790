"""The e-mail address of the account: another one, and proof of the one that it has."""

from __future__ import annotations

from flask import Response, request, url_for
from werkzeug.exceptions import TooManyRequests

from idp.accounts import email_change, email_verification
from idp.accounts.invalid import Invalid
from idp.authentication.verdict import Throttled
from idp.web import access, words
from idp.web.account.routes import blueprint, me
from idp.web.pages import FAILED_FORM, page, see_other


@blueprint.get("/email")
@access.access(access.signed_in_afresh("change-email"))
def change_email() -> Response:
    """Ask for the new address."""
    return _show()


@blueprint.post("/email")
@access.access(access.signed_in_afresh("change-email", keeps=("email",)))
def submit_change_email() -> Response:
    """Mail a link there. The answer does not tell whether somebody has that address (R54)."""
    typed = request.form.get("email", "").strip()
    match email_change.ask(me(), typed):
        case Invalid(problems=problems):
            return _show(FAILED_FORM, email=typed, problem=problems["email"])
        case Throttled(wait=wait):
            seconds = words.whole_seconds(wait)
            response = _show(429, email=typed, problem=words.wait(wait), retry_after=seconds)
            response.headers["Retry-After"] = str(seconds)
            return response
        case None:
            return _to_profile("email-asked")


@blueprint.post("/email/cancel")
@access.access(access.SIGNED_IN)
def cancel_email_change() -> Response:
    """Keep the old one."""
    email_change.cancel(me())
    return _to_profile("email-kept")


@blueprint.post("/email/verify")
@access.access(access.SIGNED_IN)
def send_verification() -> Response:
    """Mail a link to the address that is not proven yet."""
    match email_verification.send(me()):
        case Throttled(wait=wait):
            raise TooManyRequests(retry_after=words.whole_seconds(wait))
    return _to_profile("verification-sent")


def _to_profile(notice: str) -> Response:
    return see_other(url_for("account.profile", notice=notice))


def _show(
    status: int = 200,
    *,
    email: str = "",
    problem: str | None = None,
    retry_after: int | None = None,
) -> Response:
    address = me().email
    return page(
        "account/change_email.html",
        status,
        address=address.address if address else "",
        email=email,
        problem=problem,
        retry_after=retry_after,
        action=url_for("account.submit_change_email"),
        back_url=url_for("account.profile"),
    )
