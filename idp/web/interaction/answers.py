"""How an interaction ends: with an answer to the client, or back on a page of ours."""

from __future__ import annotations

from enum import StrEnum
from urllib.parse import urlencode

from flask import Response, url_for

from idp import demands
from idp.authentication.session import RecognisedSession
from idp.interaction import lifecycle, typed
from idp.models import Interaction, Kind
from idp.oauth import device_request, server
from idp.oauth.response import AuthorizationResponse
from idp.web import ended_sign_ins
from idp.web.current import Visit
from idp.web.interaction.routes import to_dispatcher
from idp.web.pages import RESUMED, page, see_other


class Outcome(StrEnum):
    """What became of a device's request, as its page tells."""

    ALLOWED = "allowed"
    DENIED = "denied"
    OVER = "over"


def deliver(response: AuthorizationResponse) -> Response:
    """By redirect, or as a form that posts itself."""
    if response.location is not None:
        return see_other(response.location)
    if response.form is None:
        raise LookupError("an authorization response is a redirect or a form")
    return page(
        "interaction/form_post.html",
        redirect_uri=response.form.redirect_uri,
        parameters=response.form.parameters,
    )


def complete(visit: Visit) -> Response:
    """Everything is proven and allowed: answer, once."""
    session = visit.situation.session
    if session is None:
        # What was wanted shrank while the password waited: nobody is signed in yet.
        lifecycle.start_over(visit.interaction)
        return to_dispatcher(visit.interaction)
    if not lifecycle.finish(visit.interaction):
        return ended_sign_ins.finished(visit.interaction)
    if visit.interaction.kind == Kind.DEVICE:
        return _let_device_in(visit, session)
    if visit.interaction.kind != Kind.AUTHORIZE:
        return _back_to_page(visit.interaction)
    request = server.restore(visit.interaction.parameters)
    approval = demands.approval_of(request, visit.demand.requirement, visit.situation, session)
    return deliver(server.answer(request, approval))


def _back_to_page(interaction: Interaction) -> Response:
    """Ours; what was typed there before a step-up is waiting for it."""
    page_of_ours = interaction.return_to or url_for("account.overview")
    if not typed.is_kept(interaction):
        return see_other(page_of_ours)
    return see_other(f"{page_of_ours}?{urlencode({RESUMED: interaction.id})}")


def give_up(visit: Visit, error: str) -> Response:
    """The user or the machine ends it without success: the client is told, once."""
    if not lifecycle.finish(visit.interaction):
        return ended_sign_ins.finished(visit.interaction)
    if visit.interaction.kind == Kind.DEVICE:
        return _send_device_away(visit)
    if visit.interaction.kind != Kind.AUTHORIZE:
        home = "account.overview" if visit.interaction.kind == Kind.STEP_UP else "home.home"
        return see_other(url_for(home))
    return deliver(server.refuse(server.restore(visit.interaction.parameters), error))


def cancelled(visit: Visit) -> Response:
    """ "Cancel": a request that insists on a level hears that it was not met, any other that access
    was denied.
    """
    facts = visit.situation.facts
    insisted = visit.demand.requirement.essential and facts.has_primary_proof
    insisted = insisted and not facts.is_shut_out
    return give_up(visit, "unmet_authentication_requirements" if insisted else "access_denied")


def _let_device_in(visit: Visit, session: RecognisedSession) -> Response:
    request = device_request.restore(visit.interaction.parameters)
    approval = demands.approval_of(request, visit.demand.requirement, visit.situation, session)
    return _told(Outcome.ALLOWED if device_request.allow(request, approval) else Outcome.OVER)


def _send_device_away(visit: Visit) -> Response:
    request = device_request.restore(visit.interaction.parameters)
    person = visit.situation.person
    is_denied = device_request.deny(request, person.id if person else None)
    return _told(Outcome.DENIED if is_denied else Outcome.OVER)


def _told(outcome: Outcome) -> Response:
    return see_other(url_for("device.told", outcome=outcome.value))
