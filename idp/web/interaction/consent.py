"""What the client may know and do: in plain words, with the values that would be shared."""

from __future__ import annotations

from flask import Response, request

from idp import audit
from idp.audit import catalogue
from idp.interaction import allowing
from idp.interaction.machine import Step
from idp.language import gettext as _
from idp.web import access, current, scopes
from idp.web.cards import client_card, person_card
from idp.web.interaction.answers import give_up
from idp.web.interaction.routes import (
    blueprint,
    is_for_shown_account,
    pinned_user,
    shared,
    to_dispatcher,
    url,
)
from idp.web.pages import FAILED_FORM, page


@blueprint.get("/consent")
@access.access(access.interaction(Step.CONSENT))
def consent(interaction_id: str) -> Response:
    """Ask."""
    return _show()


@blueprint.post("/consent")
@access.access(access.interaction(Step.CONSENT))
def submit_consent(interaction_id: str) -> Response:
    """What is allowed comes from the stored request, never from the form (A67)."""
    visit = current.visit()
    user = pinned_user(visit)
    match request.form.get("decision"):
        case "allow":
            if is_for_shown_account(visit):
                allowing.allow(visit.interaction, user.id, visit.demand)
            return to_dispatcher(visit.interaction)
        case "deny":
            audit.record(
                catalogue.ConsentRefused(user_id=user.id, client_id=visit.interaction.client_id)
            )
            return give_up(visit, "access_denied")
        case _unknown:
            return _show(FAILED_FORM, problem=_("Choose “Allow” or “Cancel”."))


def _show(status: int = 200, *, problem: str | None = None) -> Response:
    visit = current.visit()
    user = pinned_user(visit)
    values = shared(visit) | {"client": client_card(visit.demand.client)}
    return page(
        "interaction/consent.html",
        status,
        **values,
        user=person_card(user),
        scopes=scopes.lines(visit.demand.scope, user, visit.demand.claims),
        offline="offline_access" in visit.demand.scope,
        problem=problem,
        action=url(visit.interaction, "submit_consent"),
    )
