"""A judged authorization request meets its browser: answered at once when no page is needed, else
stored.
"""

from __future__ import annotations

from flask import Response, request, url_for

from idp import clock, demands, opaque, single_sign_on
from idp.authentication import enrolled
from idp.interaction import lifecycle
from idp.interaction.machine import Step, silent_error
from idp.oauth import oidc_prompt_create, server
from idp.oauth.request import AuthorizationRequest
from idp.web import browser
from idp.web.interaction.answers import deliver
from idp.web.interaction.dispatch import page_of
from idp.web.interaction.routes import url
from idp.web.pages import see_other


def authorize(judged: AuthorizationRequest) -> Response:
    """OIDC Core §3.1.2.3."""
    requirement = judged.requirement(clock.now())
    if requirement.is_impossible(enrolled.attainable()):
        return deliver(server.refuse(judged, "unmet_authentication_requirements"))
    if _came_without_cookies():
        # A cross-site post carries no Lax cookies: keep the request, look for the session
        # on the GET (R46).
        return _begin(judged, demands.opening_of(judged, requirement, None), "dispatch")

    meeting = single_sign_on.meet(judged, requirement, browser.signed_in())
    single_sign_on.note_presence(meeting)
    if meeting.is_settled:
        return deliver(single_sign_on.answer(meeting))
    if meeting.demand.is_silent or meeting.step is Step.UNMET:
        error = silent_error(meeting.situation.facts) or "login_required"
        return deliver(server.refuse(judged, error))
    here = opaque.digest(browser.ensure_binding())
    opening = demands.opening_of(judged, requirement, here)
    return _begin(judged, opening, page_of(meeting.step))


def _came_without_cookies() -> bool:
    return request.method == "POST" and browser.binding() is None


def _begin(judged: AuthorizationRequest, opening: lifecycle.Opening, endpoint: str) -> Response:
    """What waits for its user is kept."""
    interaction = lifecycle.open_interaction(opening)
    if oidc_prompt_create.begins_with_registration(judged.prompt):
        return see_other(url_for("arrival.create_account", interaction=interaction.id))
    return see_other(url(interaction, endpoint))
