"""A privileged account without its second factor: how to come by the link that sets it up (R20)."""

from __future__ import annotations

from flask import Response

from idp.interaction.machine import Step
from idp.web import access, current
from idp.web.cards import person_card
from idp.web.interaction.routes import blueprint, pinned_user, shared
from idp.web.pages import page


@blueprint.get("/enrolment-ticket")
@access.access(access.interaction(Step.TICKET))
def enrolment_ticket(interaction_id: str) -> Response:
    """Nothing can be done here; the page says where it can."""
    visit = current.visit()
    user = pinned_user(visit)
    return page("interaction/enrolment_ticket.html", **shared(visit), user=person_card(user))
