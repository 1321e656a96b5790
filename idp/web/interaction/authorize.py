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
from idp.web.pages import see_other


def authorize(judged: AuthorizationRequest) -> Response:
    """OIDC Core §3.1.2.3."""
    requirement = judged.requirement(clock.now())
    if requirement.is_impossible(enrolled.attainable()):
        return deliver(server.refuse(judged, "unmet_authentication_requirements"))
    if _came_without_cookies():
        # A cross-site post carries no Lax cookies: keep the request, look for the session
        # on the GET (R46).
        return _store(judged, demands.opening_of(judged, requirement, None))

    meeting = single_sign_on.meet(judged, requirement, browser.signed_in())
    single_sign_on.note_presence(meeting)
    if meeting.is_settled:
        return deliver(single_sign_on.answer(meeting))
    if meeting.demand.is_silent or meeting.step is Step.UNMET:
        error = silent_error(meeting.situation.facts) or "login_required"
        return deliver(server.refuse(judged, error))
    here = opaque.digest(browser.ensure_binding())
    return _store(judged, demands.opening_of(judged, requirement, here))


def _came_without_cookies() -> bool:
    return request.method == "POST" and browser.binding() is None


def _begins_with_registration(judged: AuthorizationRequest) -> bool:
    return oidc_prompt_create.begins_with_registration(judged.prompt)


def _store(judged: AuthorizationRequest, opening: lifecycle.Opening) -> Response:
    interaction = lifecycle.open_interaction(opening)
    if _begins_with_registration(judged):
        return see_other(url_for("arrival.create_account", interaction=interaction.id))
    return see_other(url_for("interaction.dispatch", interaction_id=interaction.id))
