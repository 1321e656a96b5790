"""The way in when the authenticator app is out of reach."""

from __future__ import annotations

from flask import Response, request

from idp.authentication import recovery_code as codes
from idp.authentication.verdict import Reason
from idp.interaction.machine import Step
from idp.language import gettext as _
from idp.web import access, current, words
from idp.web.interaction.factor_form import FactorPage, answer, show
from idp.web.interaction.routes import blueprint, pinned_user

_PAGE = FactorPage("interaction/recovery_code.html", "submit_recovery_code")


@blueprint.get("/recovery-code")
@access.access(access.interaction(Step.SECOND_FACTOR))
def recovery_code(interaction_id: str) -> Response:
    """Ask for one of the saved codes."""
    return show(_PAGE)


@blueprint.post("/recovery-code")
@access.access(access.interaction(Step.SECOND_FACTOR))
def submit_recovery_code(interaction_id: str) -> Response:
    """Spend it."""
    visit = current.visit()
    verdict = codes.verify(
        pinned_user(visit), request.form.get("code", ""), interaction_id=visit.interaction.id
    )
    return answer(_PAGE, verdict, _wording)


def _wording(reason: Reason) -> str:
    if reason in {Reason.WRONG_CODE, Reason.MALFORMED}:
        return _(words.WRONG_RECOVERY_CODE)
    return words.problem(reason)
