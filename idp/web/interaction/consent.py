"""What the client may know and do: in plain words, with the values that would be shared."""

from __future__ import annotations

from dataclasses import dataclass

from flask import Response, request

from idp import audit
from idp.audit import catalogue
from idp.interaction import lifecycle
from idp.interaction.machine import Step
from idp.language import gettext as _
from idp.language import gettext_noop
from idp.models import User
from idp.web import access, current
from idp.web.cards import client_card, person_card
from idp.web.interaction.answers import give_up
from idp.web.interaction.routes import blueprint, pinned_user, shared, to_dispatcher, url
from idp.web.pages import FAILED_FORM, page

SCOPES = {
    "openid": gettext_noop("Know that it is you"),
    "profile": gettext_noop("See your profile"),
    "email": gettext_noop("See your email"),
    "address": gettext_noop("See your postal address"),
    "phone": gettext_noop("See your phone number"),
}
"""Scope → what it allows, in plain words."""

CLAIMS = {
    "name": gettext_noop("See your full name"),
    "given_name": gettext_noop("See your first name"),
    "family_name": gettext_noop("See your last name"),
    "middle_name": gettext_noop("See your middle name"),
    "nickname": gettext_noop("See your nickname"),
    "preferred_username": gettext_noop("See the user name you prefer"),
    "profile": gettext_noop("See the address of your profile page"),
    "picture": gettext_noop("See your picture"),
    "website": gettext_noop("See the address of your website"),
    "gender": gettext_noop("See your gender"),
    "birthdate": gettext_noop("See your date of birth"),
    "zoneinfo": gettext_noop("See your time zone"),
    "locale": gettext_noop("See your language"),
    "updated_at": gettext_noop("See when your profile last changed"),
    "email": gettext_noop("See your email address"),
    "email_verified": gettext_noop("See whether your email address is confirmed"),
    "address": gettext_noop("See your postal address"),
    "phone_number": gettext_noop("See your phone number"),
    "phone_number_verified": gettext_noop("See whether your phone number is confirmed"),
}
"""Claim → the same (OIDC Core §5.5)."""


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
        scopes=[
            *lines(visit.demand.scope, user),
            *_claim_lines(visit.demand.claims, user),
        ],
        offline="offline_access" in visit.demand.scope,
        problem=problem,
        action=url(visit.interaction, "submit_consent"),
    )


def lines(scope: tuple[str, ...], user: User) -> list[ScopeLine]:
    """What is asked for, but for offline use, which has words of its own."""
    return [
        ScopeLine(name, _(SCOPES.get(name, name)), _value(name, user))
        for name in scope
        if name != "offline_access"
    ]


def _claim_lines(claims: tuple[str, ...], user: User) -> list[ScopeLine]:
    """A name in three languages is one name."""
    names = dict.fromkeys(claim.partition("#")[0] for claim in claims)
    return [
        ScopeLine(name, _(CLAIMS.get(name, name)), _value_of_claim(name, user)) for name in names
    ]


def _value(scope: str, user: User) -> str | None:
    shown = {"profile": "name", "email": "email", "phone": "phone_number", "address": "address"}
    return _value_of_claim(shown[scope], user) if scope in shown else None


def _value_of_claim(claim: str, user: User) -> str | None:
    match claim:
        case "name":
            return user.name
        case "email":
            return user.email.address if user.email else None
        case "address":
            address = user.claims.get("address") or {}
            return address.get("formatted") if isinstance(address, dict) else None
        case _text:
            value = user.claims.get(claim)
            return value if isinstance(value, str) else None
