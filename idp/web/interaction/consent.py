"""What the client may know and do: in plain words, with the values that would be shared."""

from __future__ import annotations

from dataclasses import dataclass

from flask import Response, request

from idp import audit
from idp.audit import catalogue
from idp.interaction import lifecycle
from idp.interaction.machine import Step
from idp.models import User
from idp.web import access, current
from idp.web.cards import client_card, person_card
from idp.web.interaction.answers import give_up
from idp.web.interaction.routes import blueprint, pinned_user, shared, to_dispatcher, url
from idp.web.language import gettext as _
from idp.web.pages import FAILED_FORM, page

SCOPES = {
    "openid": "Know that it is you",
    "profile": "See your profile",
    "email": "See your email",
    "address": "See your postal address",
    "phone": "See your phone number",
}
"""Scope → what it allows, in plain words."""


@dataclass(frozen=True, slots=True)
class ScopeLine:
    """One line of the page."""

    name: str
    title: str
    value: str | None
    required: bool = True
    optional: bool = False


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
            lifecycle.allow(visit.interaction, user.id, visit.demand)
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
        scopes=[_line(scope, user) for scope in visit.demand.scope if scope != "offline_access"],
        offline="offline_access" in visit.demand.scope,
        problem=problem,
        action=url(visit.interaction, "submit_consent"),
    )


def _line(scope: str, user: User) -> ScopeLine:
    return ScopeLine(scope, _(SCOPES.get(scope, scope)), _value(scope, user))


def _value(scope: str, user: User) -> str | None:
    address = user.claims.get("address") or {}
    values: dict[str, str | None] = {
        "profile": user.name,
        "email": user.email.address if user.email else None,
        "phone": user.claims.get("phone_number"),
        "address": address.get("formatted") if isinstance(address, dict) else None,
    }
    return values.get(scope)
