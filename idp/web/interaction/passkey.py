"""A passkey instead of a password, or after it: the challenge, and the answer of the device.

The answer comes as an ordinary form post, so that what follows is an ordinary redirect.
"""

from __future__ import annotations

from flask import Response, request

from idp.authentication import passkey
from idp.authentication.evidence import Evidence
from idp.authentication.verdict import Rejected, Throttled
from idp.interaction import lifecycle
from idp.interaction.machine import Step
from idp.web import access, browser, current, passkeys, words
from idp.web.interaction import late_form, second_factor, sign_in
from idp.web.interaction.routes import blueprint, go_on_with, known_user
from idp.web.pages import FAILED_FORM

_ASKING = (Step.SIGN_IN, Step.SECOND_FACTOR)
"""Pages that have its button."""


@blueprint.post("/passkey/options")
@access.access(access.interaction(*_ASKING))
def passkey_options(interaction_id: str) -> Response:
    """A challenge for this interaction; an earlier one of another tab is void."""
    passkeys.require_enabled()
    visit = current.visit()
    return passkeys.options(passkey.begin_assertion(visit.interaction.id, known_user(visit)))


@blueprint.post("/passkey")
@access.access(access.interaction(*Step))
def submit_passkey(interaction_id: str) -> Response:
    """Check the answer. Where somebody is known already, only their own passkey will do."""
    passkeys.require_enabled()
    visit = current.visit()
    if visit.step not in _ASKING:
        return late_form.with_passkey(visit)
    answer, bound_to = request.form.get("answer", ""), visit.interaction.id
    match passkey.verify(answer, bound_to=bound_to, user=known_user(visit)):
        case Evidence() as proof:
            token = lifecycle.prove(
                visit.interaction, proof, visit.demand, browser.recognised_session()
            )
            return go_on_with(token)
        case Rejected(reason=reason):
            return _show(FAILED_FORM, words.passkey_problem(reason))
        case Throttled(wait=wait):
            seconds = words.whole_seconds(wait)
            response = _show(429, words.wait(wait), seconds)
            response.headers["Retry-After"] = str(seconds)
            return response


def _show(status: int, problem: str, retry_after: int | None = None) -> Response:
    """The page on which the button was."""
    if current.visit().step is Step.SIGN_IN:
        return sign_in.show(
            status, username="", problem=problem, problem_field=None, retry_after=retry_after
        )
    return second_factor.show_again(status, problem=problem, retry_after=retry_after)
