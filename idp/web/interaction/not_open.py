"""The app admits members of certain groups only: a clear end for whoever is in none of them."""

from __future__ import annotations

from flask import Response

from idp import audit
from idp.audit import catalogue
from idp.interaction.machine import Step
from idp.web import access, current
from idp.web.cards import person_card
from idp.web.interaction.routes import blueprint, pinned_user, shared
from idp.web.pages import page


@blueprint.get("/not-open")
@access.access(access.interaction(Step.NOT_OPEN))
def not_open(interaction_id: str) -> Response:
    """Which groups these are is not said: that is nobody's business outside them."""
    visit = current.visit()
    user = pinned_user(visit)
    client = visit.demand.client
    audit.record(
        catalogue.AppNotOpen(user_id=user.id, client_id=client.client_id if client else None)
    )
    return page("interaction/not_open.html", **shared(visit), user=person_card(user))
