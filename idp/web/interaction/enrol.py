"""Setting up an authenticator app during sign-in, and the recovery codes that come with it."""

from __future__ import annotations

from flask import Response, request

from config import SecondFactorPolicy
from idp.authentication import assurance, recovery_code, totp
from idp.authentication.evidence import Evidence
from idp.authentication.verdict import Rejected, Throttled
from idp.extensions import settings
from idp.interaction import lifecycle
from idp.interaction.machine import Step
from idp.language import gettext as _
from idp.language import ngettext, spoken_date
from idp.web import access, current, enrolment, words
from idp.web.cards import person_card
from idp.web.current import Visit
from idp.web.interaction import new_factor
from idp.web.interaction.routes import blueprint, pinned_user, shared, to_dispatcher, url
from idp.web.pages import FAILED_FORM, page


@blueprint.get("/enrol-totp")
@access.access(access.interaction(Step.ENROL))
def enrol(interaction_id: str) -> Response:
    """Show the secret: the same one again on reload, to this browser only."""
    lifecycle.begin_enrolling(current.visit().interaction)
    return _show()


@blueprint.post("/enrol-totp")
@access.access(access.interaction(Step.ENROL))
def submit_enrol(interaction_id: str) -> Response:
    """Confirm with the first code, which counts as a proof: it is not asked for again seconds
    later.
    """
    visit = current.visit()
    interaction, user = visit.interaction, pinned_user(visit)
    name = enrolment.device_name(request.form)
    match totp.confirm(user, interaction.id, request.form.get("code", ""), name):
        case Evidence() as proof:
            return new_factor.go_on(visit, proof)
        case Rejected(reason=reason, hint_steps=steps):
            return _show(
                enrolment.failed_status(reason),
                problem=words.enrolment_problem(reason),
                clock_hint=words.clock_hint(steps) if steps else None,
                name=name,
            )
        case Throttled(wait=wait):
            response = _show(429, problem=words.wait(wait), name=name)
            response.headers["Retry-After"] = str(words.whole_seconds(wait))
            return response


@blueprint.post("/enrol-totp/skip")
@access.access(access.interaction(Step.ENROL))
def skip_enrol(interaction_id: str) -> Response:
    """ "Continue without it": offered only where the wanted level is reached without it."""
    visit = current.visit()
    if _may_skip(visit):
        lifecycle.decline_enrolment(visit.interaction)
    return to_dispatcher(visit.interaction)


@blueprint.get("/recovery-codes")
@access.access(access.interaction(Step.RECOVERY_CODES))
def recovery_codes(interaction_id: str) -> Response:
    """Show the pending set, until it is confirmed as saved."""
    return _show_codes()


@blueprint.post("/recovery-codes")
@access.access(access.interaction(Step.RECOVERY_CODES))
def submit_recovery_codes(interaction_id: str) -> Response:
    """Saved: from now on only digests remain."""
    interaction = current.visit().interaction
    if "saved" not in request.form:
        return _show_codes(FAILED_FORM, problem=_("Save the codes first, then tick the box."))
    if not recovery_code.confirm_saved(pinned_user(current.visit()), interaction.id):
        return _show_codes(
            FAILED_FORM, problem=_("Those codes had waited too long. Save these instead.")
        )
    return to_dispatcher(interaction)


@blueprint.post("/recovery-codes/download")
@access.access(access.interaction(Step.RECOVERY_CODES))
def download_recovery_codes(interaction_id: str) -> Response:
    """The same set as a text file."""
    user = pinned_user(current.visit())
    return enrolment.codes_file(recovery_code.begin(user, current.visit().interaction.id), user)


def _may_skip(visit: Visit) -> bool:
    facts = visit.situation.facts
    is_offered = facts.recovered or facts.remind_until is not None
    return is_offered and facts.wanted is not None and facts.reached >= facts.wanted


def _show(
    status: int = 200, *, problem: str | None = None, clock_hint: str | None = None, name: str = ""
) -> Response:
    visit = current.visit()
    user = pinned_user(visit)
    pending = totp.begin(user, visit.interaction.id)
    may_skip = _may_skip(visit)
    return page(
        "interaction/enrol_totp.html",
        status,
        **shared(visit),
        **enrolment.pending_totp(pending),
        user=person_card(user),
        problem=problem,
        clock_hint=clock_hint,
        device_name=name,
        first_authenticator=_is_first(visit),
        action=url(visit.interaction, "submit_enrol"),
        skip_action=url(visit.interaction, "skip_enrol") if may_skip else None,
        passkey_url=(
            url(visit.interaction, "enrol_passkey") if settings().passkeys.enabled else None
        ),
        reason=_reason(visit),
    )


def _is_first(visit: Visit) -> bool:
    """Also of somebody whose older ones are about to go."""
    return visit.situation.facts.replacing or not totp.is_enrolled(pinned_user(visit).id)


def _reason(visit: Visit) -> str:
    if visit.situation.facts.replacing:
        return _(
            "Your second step was reset. Once the new one works, every older authenticator app,"
            " passkey and recovery code ends."
        )
    if visit.situation.facts.recovered:
        return ngettext(
            "You used a recovery code. Each code works once. %(num)s left. Set up an "
            "authenticator app before they run out.",
            "You used a recovery code. Each code works once. %(num)s left. Set up an "
            "authenticator app before they run out.",
            recovery_code.left(pinned_user(visit)),
        )
    if visit.situation.facts.remind_until is not None:
        return _(
            "From %(date)s on, your account needs two-step sign-in. It takes a minute to set up.",
            date=spoken_date(visit.situation.facts.remind_until),
        )
    client, floor = visit.demand.client, visit.demand.requirement.floor
    if client is not None and (
        floor >= assurance.Assurance.TWO_FACTOR
        or visit.demand.requirement.requested
        or client.second_factor_policy is SecondFactorPolicy.REQUIRED
    ):
        return _(
            "%(name)s asks for two-step sign-in. It takes a minute to set up.",
            name=client.client_name,
        )
    return _("Your account needs two-step sign-in. It takes a minute to set up.")


def _show_codes(status: int = 200, *, problem: str | None = None) -> Response:
    visit = current.visit()
    user = pinned_user(visit)
    return page(
        "interaction/recovery_codes.html",
        status,
        **shared(visit),
        user=person_card(user),
        codes=recovery_code.begin(user, visit.interaction.id),
        belong_to=enrolment.codes_belong_to(user),
        replaces_unsaved=recovery_code.replaces_unsaved(user, visit.interaction.id),
        has_authenticator=totp.is_enrolled(user.id),
        problem=problem,
        action=url(visit.interaction, "submit_recovery_codes"),
        download_action=url(visit.interaction, "download_recovery_codes"),
    )
