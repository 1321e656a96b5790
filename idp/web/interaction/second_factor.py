"""The one-time code of an authenticator app, or a passkey."""

from __future__ import annotations

from flask import Response, request

from idp.accounts import devices
from idp.authentication import totp
from idp.authentication.evidence import Evidence
from idp.interaction.machine import Step
from idp.web import access, current, words
from idp.web.current import Visit
from idp.web.interaction.factor_form import FactorPage, answer, show
from idp.web.interaction.routes import blueprint, pinned_user

_PAGE = FactorPage("interaction/second_factor.html", "submit_second_factor")


@blueprint.get("/second-factor")
@access.access(access.interaction(Step.SECOND_FACTOR))
def second_factor(interaction_id: str) -> Response:
    """Ask for the code."""
    return show(_PAGE, frozen=totp.is_frozen(pinned_user(current.visit())))


@blueprint.post("/second-factor")
@access.access(access.interaction(Step.SECOND_FACTOR))
def submit_second_factor(interaction_id: str) -> Response:
    """Check the code, against the user who proved the password and nobody else."""
    visit = current.visit()
    user = pinned_user(visit)
    verdict = totp.verify(user, request.form.get("code", ""), interaction_id=visit.interaction.id)
    response = answer(_PAGE, verdict, words.problem)
    if isinstance(verdict, Evidence) and _is_to_be_trusted(visit):
        devices.trust(user)
    return response


def _is_to_be_trusted(visit: Visit) -> bool:
    """Only where a trusted browser would be let off the code that was just typed, and where that
    code has begun a session: what was proven before it may have ended meanwhile.
    """
    asked, has_session = visit.situation.asked, visit.interaction.session_id is not None
    would_do = asked is not None and asked.trust_would_do
    return "trust_device" in request.form and would_do and has_session


def show_again(status: int, *, problem: str, retry_after: int | None = None) -> Response:
    """After a passkey that did not work."""
    return show(
        _PAGE,
        status,
        problem=problem,
        problem_field=None,
        retry_after=retry_after,
        frozen=totp.is_frozen(pinned_user(current.visit())),
    )
