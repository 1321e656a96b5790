"""The one-time code of an authenticator app."""

from __future__ import annotations

from flask import Response, request

from idp.authentication import totp
from idp.interaction.machine import Step
from idp.web import access, current, words
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
    verdict = totp.verify(
        pinned_user(visit), request.form.get("code", ""), interaction_id=visit.interaction.id
    )
    return answer(_PAGE, verdict, words.problem)
