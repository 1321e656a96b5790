"""A forgotten password: ask for a link. The answer is one, with or without an account (R54)."""

from __future__ import annotations

from flask import Response, request, url_for

from idp.accounts import password_reset as resets
from idp.authentication.verdict import Throttled
from idp.language import gettext as _
from idp.web import access, words
from idp.web.arrival import waiting_sign_in
from idp.web.arrival.routes import blueprint
from idp.web.pages import FAILED_FORM, page, see_other


@blueprint.get("/password-reset")
@access.access(access.PUBLIC)
def password_reset() -> Response:
    """Ask for the address."""
    return _show(waiting=request.args.get("interaction", ""))


@blueprint.post("/password-reset")
@access.access(access.PUBLIC)
def submit_password_reset() -> Response:
    """Have a mail sent to whoever has an account with this address."""
    typed = request.form.get("email", "").strip()
    waiting = waiting_sign_in.known(request.form.get("interaction", ""))
    if "@" not in typed:
        problem = _("Type the email address of your account, like name@example.com.")
        return _show(FAILED_FORM, waiting=waiting, email=typed, problem=problem)
    match resets.ask(typed, interaction_id=waiting):
        case Throttled(wait=wait):
            seconds = words.whole_seconds(wait)
            response = _show(
                429, waiting=waiting, email=typed, problem=words.wait(wait), retry_after=seconds
            )
            response.headers["Retry-After"] = str(seconds)
            return response
        case None:
            return see_other(url_for("arrival.password_reset_sent", interaction=waiting or None))


@blueprint.get("/password-reset/sent")
@access.access(access.PUBLIC)
def password_reset_sent() -> Response:
    """What everybody reads."""
    waiting = waiting_sign_in.known(request.args.get("interaction", ""))
    return page("arrival/password_reset_sent.html", back_url=waiting_sign_in.url(waiting))


def _show(
    status: int = 200,
    *,
    waiting: str,
    email: str = "",
    problem: str | None = None,
    retry_after: int | None = None,
) -> Response:
    known = waiting_sign_in.known(waiting)
    return page(
        "arrival/password_reset.html",
        status,
        waiting=known,
        email=email,
        problem=problem,
        retry_after=retry_after,
        back_url=waiting_sign_in.url(known),
        action=url_for("arrival.submit_password_reset"),
    )
