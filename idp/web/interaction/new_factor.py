"""A second factor was set up during sign-in: what that means before the sign-in goes on."""

from __future__ import annotations

from flask import Response

from idp.accounts import enrolment_ticket, factor_replacement
from idp.authentication import recovery_code
from idp.authentication.evidence import Evidence
from idp.interaction import lifecycle
from idp.web import browser, errors
from idp.web.current import Visit
from idp.web.interaction.routes import go_on_with, pinned_user


def go_on(visit: Visit, proof: Evidence) -> Response:
    """It counts as a proof, takes the place of what was reset, and comes with recovery codes."""
    interaction, user = visit.interaction, pinned_user(visit)
    enrolment_ticket.spend(user.id)
    replacing = visit.situation.facts.replacing
    if replacing and not factor_replacement.complete(user, proof, interaction.id):
        return errors.undone()  # what was set up must not stay beside the old factors
    if recovery_code.left(user) == 0:
        recovery_code.begin(user, interaction.id)
    token = lifecycle.prove(interaction, proof, visit.demand, browser.recognised_session())
    return go_on_with(token)
