"""May this device in? Who asks, for what and from where, before the answer (RFC 8628 §5.4)."""

from __future__ import annotations

from flask import Response, request

from idp.interaction import allowing
from idp.interaction.machine import Step
from idp.language import gettext as _
from idp.oauth import device_request
from idp.web import access, current, scopes
from idp.web.cards import person_card
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


@blueprint.get("/device")
@access.access(access.interaction(Step.DEVICE))
def device(interaction_id: str) -> Response:
    """Ask."""
    return _show()


@blueprint.post("/device")
@access.access(access.interaction(Step.DEVICE))
def submit_device(interaction_id: str) -> Response:
    """What is allowed comes from the device's row, never from the form."""
    visit = current.visit()
    match request.form.get("decision"):
        case "allow":
            if is_for_shown_account(visit):
                allowing.allow(visit.interaction, pinned_user(visit).id, visit.demand)
            return to_dispatcher(visit.interaction)
        case "deny":
            return give_up(visit, "access_denied")
        case _unknown:
            return _show(FAILED_FORM, problem=_("Choose “Allow” or “Cancel”."))


def _show(status: int = 200, *, problem: str | None = None) -> Response:
    visit = current.visit()
    user = pinned_user(visit)
    asking = device_request.restore(visit.interaction.parameters).device
    return page(
        "interaction/device.html",
        status,
        **shared(visit),
        user=person_card(user),
        scopes=scopes.lines(visit.demand.scope, user),
        offline="offline_access" in visit.demand.scope,
        address=asking.address,
        asked_at=asking.asked_at,
        problem=problem,
        action=url(visit.interaction, "submit_device"),
    )
