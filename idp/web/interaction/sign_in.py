"""The password step. It reads, asks, shows; it does not know what comes next."""

from __future__ import annotations

from flask import Response, request, url_for

from idp.accounts import registration
from idp.authentication import password
from idp.authentication.evidence import Evidence
from idp.authentication.session import Stay
from idp.authentication.verdict import Busy, Reason, Rejected, Throttled
from idp.interaction import lifecycle
from idp.interaction.facts import has_lapsed
from idp.interaction.machine import Step
from idp.language import gettext as _
from idp.models import Interaction, Kind
from idp.throttle.limits import FOR_GOOD
from idp.web import access, browser, current, errors, words
from idp.web.cards import person_card
from idp.web.current import Visit
from idp.web.interaction import late_form
from idp.web.interaction.passkey_offer import offer
from idp.web.interaction.routes import (
    blueprint,
    go_on_with,
    known_user,
    pinned_user,
    shared,
    url,
)
from idp.web.pages import FAILED_FORM, page


@blueprint.get("/sign-in")
@access.access(access.interaction(Step.SIGN_IN))
def sign_in(interaction_id: str) -> Response:
    """Ask for the password; whoever is already known is named."""
    visit = current.visit()
    return show(username=visit.demand.login_hint or "", problem=_problem(visit), problem_field=None)


def _problem(visit: Visit) -> str | None:
    """Why somebody is asked again who has just proven who they are (OIDC Core §3.1.2.1, `sub`)."""
    facts, client = visit.situation.facts, visit.demand.client
    if client is None or facts.is_expected_user or not facts.has_primary_proof:
        return None
    return _(
        "%(name)s expects another account. Sign in with the one that you use there, or cancel.",
        name=client.client_name,
    )


@blueprint.post("/sign-in")
@access.access(access.interaction(*Step))
def submit_sign_in(interaction_id: str) -> Response:
    """Check name and password. A step-up is about its own user, whatever name was posted."""
    visit = current.visit()
    typed = request.form.get("username", "")
    if visit.step is not Step.SIGN_IN:
        return late_form.with_name(visit, typed)
    return _checked(visit, typed)


def _checked(visit: Visit, typed: str) -> Response:
    user = pinned_user(visit) if _is_pinned() else password.find_user(typed)
    match password.verify(user, typed, request.form.get("password", "")):
        case Evidence() as proof:
            lifecycle.settle_stay(visit.interaction, _stay())
            token = lifecycle.prove(
                visit.interaction, proof, visit.demand, browser.recognised_session()
            )
            return go_on_with(token)
        case Rejected(reason=Reason.MALFORMED):
            # Longer than any password may be: nothing was counted and nothing was hashed (R2).
            return show(400, username="", problem=words.problem(Reason.WRONG_CREDENTIALS))
        case Rejected(reason=Reason.KNOWN_BROWSERS_ONLY as reason):
            response = show(429, username=typed, problem=words.problem(reason), problem_field=None)
            response.headers["Retry-After"] = str(words.whole_seconds(FOR_GOOD))
            return response
        case Rejected(reason=reason):
            return show(FAILED_FORM, username=typed, problem=words.problem(reason))
        case Throttled(wait=wait):
            problem, seconds = words.wait_or_reset(wait), words.whole_seconds(wait)
            response = show(429, username=typed, problem=problem, retry_after=seconds)
            response.headers["Retry-After"] = str(seconds)
            return response
        case Busy(wait=wait):
            return errors.busy(words.whole_seconds(wait))


def _stay() -> Stay:
    return Stay.KEPT if "keep_signed_in" in request.form else Stay.ORDINARY


def _is_pinned() -> bool:
    visit = current.visit()
    return visit.interaction.kind == Kind.STEP_UP and visit.situation.person is not None


def show(
    status: int = 200,
    *,
    username: str,
    problem: str | None = None,
    problem_field: str | None = "password",
    retry_after: int | None = None,
) -> Response:
    """The page. `problem_field`: which field the problem is about, if it is about one."""
    visit = current.visit()
    known = known_user(visit)
    return page(
        "interaction/sign_in.html",
        status,
        **shared(visit),
        username=username,
        fixed_user=person_card(known) if known else None,
        purpose=words.purpose(visit.interaction.purpose),
        problem=problem,
        took_too_long=known is not None and problem is None and has_lapsed(visit.interaction),
        passkey=offer(visit),
        problem_field=problem_field,
        retry_after=retry_after,
        may_stay=lifecycle.may_stay(visit.interaction),
        stays=_stay() is Stay.KEPT,
        action=url(visit.interaction, "submit_sign_in"),
        reset_url=url_for("arrival.password_reset", interaction=visit.interaction.id),
        register_url=_register_url(visit.interaction) if known is None else None,
    )


def _register_url(interaction: Interaction) -> str | None:
    """Where people may register themselves; the request that waits here survives it."""
    if not registration.is_open():
        return None
    return url_for("arrival.create_account", interaction=interaction.id)
