"""The only router: from the facts to the page, or to the end. And the ways out that every page
shares.
"""

from __future__ import annotations

from flask import Response

from idp.interaction import lifecycle
from idp.interaction.machine import Step, silent_error
from idp.models import Kind
from idp.web import access, browser, current
from idp.web.current import Visit
from idp.web.interaction.answers import cancelled, complete, give_up
from idp.web.interaction.routes import blueprint, to_dispatcher, url
from idp.web.pages import see_other

PAGES = {
    Step.SELECT_ACCOUNT: "select_account",
    Step.SIGN_IN: "sign_in",
    Step.SECOND_FACTOR: "second_factor",
    Step.TICKET: "enrolment_ticket",
    Step.ENROL: "enrol",
    Step.ENROL_PASSKEY: "enrol_passkey",
    Step.RECOVERY_CODES: "recovery_codes",
    Step.VERIFY_EMAIL: "verify_email",
    Step.NOT_OPEN: "not_open",
    Step.CONSENT: "consent",
    Step.DEVICE: "device",
}
"""The page of each step."""

ANY_PAGE = tuple(PAGES)


@blueprint.get("")
@access.access(access.interaction())
def dispatch(interaction_id: str) -> Response:
    """Where every page returns to. Recomputed from facts, so a reload or another
    tab is harmless.
    """
    visit = current.visit()
    if visit.step is Step.FINISH:
        return complete(visit)
    if visit.demand.is_silent or visit.step is Step.UNMET:
        return give_up(visit, silent_error(visit.situation.facts) or "login_required")
    return see_other(url(visit.interaction, page_of(visit.step)))


def page_of(step: Step) -> str:
    """The endpoint that a step leads to: its page, or the dispatcher, which does what has none."""
    return PAGES.get(step, "dispatch")


@blueprint.post("/cancel")
@access.access(access.interaction(*ANY_PAGE))
def cancel(interaction_id: str) -> Response:
    """ "Cancel": the client hears of it."""
    return cancelled(current.visit())


@blueprint.post("/switch")
@access.access(access.interaction(*ANY_PAGE))
def switch(interaction_id: str) -> Response:
    """ "Not you?": start over with another account, one that is signed in here or any other. A
    step-up belongs to its user: there it means leaving.
    """
    visit = current.visit()
    if visit.interaction.kind == Kind.STEP_UP:
        return cancelled(visit)
    if _has_others(visit):
        lifecycle.ask_for_account(visit.interaction)
    else:
        lifecycle.set_account_aside(visit.interaction)
    return to_dispatcher(visit.interaction)


def _has_others(visit: Visit) -> bool:
    """Whether somebody else than the one shown is signed in in this browser."""
    shown = visit.situation.person.id if visit.situation.person else None
    return any(one.user_id != shown for one in browser.signed_in())
