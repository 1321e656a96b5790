"""An address that has to be confirmed before the sign-in is complete: send the link, go on."""

from __future__ import annotations

from flask import Response

from idp.accounts import email_verification
from idp.authentication.verdict import Throttled
from idp.interaction.machine import Step
from idp.web import access, current, words
from idp.web.cards import person_card
from idp.web.interaction.routes import blueprint, pinned_user, shared, url
from idp.web.pages import page


@blueprint.get("/verify-email")
@access.access(access.interaction(Step.VERIFY_EMAIL))
def verify_email(interaction_id: str) -> Response:
    """Offer the link; going on leads back here until it was opened."""
    return _show()


@blueprint.post("/verify-email")
@access.access(access.interaction(Step.VERIFY_EMAIL))
def submit_verify_email(interaction_id: str) -> Response:
    """Mail it, again if need be."""
    match email_verification.send(pinned_user(current.visit())):
        case Throttled(wait=wait):
            seconds = words.whole_seconds(wait)
            response = _show(429, problem=words.wait(wait), retry_after=seconds)
            response.headers["Retry-After"] = str(seconds)
            return response
    return _show(was_sent="yes")


def _show(
    status: int = 200,
    *,
    was_sent: str | None = None,
    problem: str | None = None,
    retry_after: int | None = None,
) -> Response:
    visit = current.visit()
    user = pinned_user(visit)
    return page(
        "interaction/verify_email.html",
        status,
        **shared(visit),
        user=person_card(user),
        email=user.email.address if user.email else "",
        was_sent=was_sent,
        problem=problem,
        retry_after=retry_after,
        action=url(visit.interaction, "submit_verify_email"),
        continue_url=url(visit.interaction, "dispatch"),
    )
