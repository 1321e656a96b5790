"""Where the user types in what a device shows (RFC 8628 §3.3), and reads what became of it.

From there on it is an interaction like any other: sign-in, what the client's registration demands,
and the question, in this browser.
"""

from __future__ import annotations

from flask import Blueprint, Response, request, url_for

from idp import audit, clock, demands, opaque, throttle
from idp.audit import catalogue
from idp.interaction import lifecycle
from idp.language import gettext as _
from idp.language import gettext_noop
from idp.oauth import device_request, devices, user_codes
from idp.oauth.devices import AskingDevice, Progress
from idp.web import browser, words
from idp.web.access import LEAVING, PUBLIC, access
from idp.web.interaction.answers import Outcome
from idp.web.pages import FAILED_FORM, page, see_other

blueprint = Blueprint("device", __name__, url_prefix="/device")

PROBLEMS = {
    None: gettext_noop("That code isn't right. Compare it with the one on your device."),
    Progress.EXPIRED: gettext_noop("That code has expired. Ask for a new one on your device."),
    Progress.DECIDED: gettext_noop("That code was used before. Ask for a new one on your device."),
}
"""By what was found under a code."""


@blueprint.get("")
@access(LEAVING)
def enter() -> Response:
    """§3.3.1: an address with the code in it fills the field, and that is all."""
    code = user_codes.read(request.args.get("user_code", ""))
    return _show(user_code=user_codes.shown(code) if code else "", is_filled=code is not None)


@blueprint.post("")
@access(LEAVING)
def submit() -> Response:
    """§5.1: counted before it is looked up; what is right was no guess."""
    typed = request.form.get("user_code", "")
    taken = throttle.attempt("user_code")
    if isinstance(taken, throttle.Refused):
        seconds = words.whole_seconds(taken.wait)
        response = _show(429, user_code=typed, problem=words.wait(taken.wait), retry_after=seconds)
        response.headers["Retry-After"] = str(seconds)
        return response
    device = devices.with_user_code(typed)
    if device is None or device.progress is not Progress.WAITING:
        return _refuse(device, typed)
    throttle.give_back(taken)
    return _begin(device)


@blueprint.get("/<any(allowed, denied, over):outcome>")
@access(PUBLIC)
def told(outcome: str) -> Response:
    """The end, here: the device hears of it by itself."""
    return page("device_told.html", outcome=Outcome(outcome).value)


def _refuse(device: AskingDevice | None, typed: str) -> Response:
    progress = device.progress if device else None
    audit.record(
        catalogue.UserCodeRejected(
            client_id=device.client_id if device else None,
            reason=progress.value if progress else "unknown",
        )
    )
    return _show(FAILED_FORM, user_code=typed, problem=_(PROBLEMS[progress]))


def _begin(device: AskingDevice) -> Response:
    judged = device_request.of_device(device)
    here = opaque.digest(browser.ensure_binding())
    opening = demands.opening_of_device(judged, judged.requirement(clock.now()), here)
    interaction = lifecycle.open_interaction(opening)
    return see_other(url_for("interaction.dispatch", interaction_id=interaction.id))


def _show(
    status: int = 200,
    *,
    user_code: str,
    is_filled: bool = False,
    problem: str | None = None,
    retry_after: int | None = None,
) -> Response:
    return page(
        "device.html",
        status,
        user_code=user_code[:20],
        is_filled=is_filled,
        problem=problem,
        retry_after=retry_after,
        action=url_for("device.submit"),
    )
