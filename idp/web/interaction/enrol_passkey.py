"""Setting up a passkey during sign-in: where nothing else will do, or instead of an authenticator
app.
"""

from __future__ import annotations

from flask import Response, request

from idp.authentication import passkey
from idp.authentication.evidence import Evidence
from idp.authentication.verdict import Rejected, Throttled
from idp.interaction import lifecycle
from idp.interaction.machine import Step
from idp.language import gettext as _
from idp.web import access, current, passkeys, words
from idp.web.cards import person_card
from idp.web.interaction import new_factor
from idp.web.interaction.routes import blueprint, pinned_user, shared, url
from idp.web.pages import FAILED_FORM, page

_HERE = access.interaction(Step.ENROL, Step.ENROL_PASSKEY)


@blueprint.get("/enrol-passkey")
@access.access(_HERE)
def enrol_passkey(interaction_id: str) -> Response:
    """Say what a passkey is, and make one."""
    passkeys.require_enabled()
    lifecycle.begin_enrolling(current.visit().interaction)
    return _show()


@blueprint.post("/enrol-passkey/options")
@access.access(_HERE)
def new_passkey_options(interaction_id: str) -> Response:
    """What the browser is to create."""
    passkeys.require_enabled()
    visit = current.visit()
    return passkeys.options(passkey.begin_enrolment(pinned_user(visit), visit.interaction.id))


@blueprint.post("/enrol-passkey")
@access.access(_HERE)
def submit_enrol_passkey(interaction_id: str) -> Response:
    """Creating it counts as a proof: it is not asked for again seconds later."""
    passkeys.require_enabled()
    visit = current.visit()
    interaction, user = visit.interaction, pinned_user(visit)
    name = passkeys.chosen_name(request.form)
    match passkey.confirm(user, interaction.id, request.form.get("answer", ""), name):
        case Evidence() as proof:
            return new_factor.go_on(visit, proof)
        case Rejected(reason=reason):
            return _show(FAILED_FORM, problem=words.new_passkey_problem(reason), name=name)
        case Throttled(wait=wait):
            response = _show(429, problem=words.wait(wait), name=name)
            response.headers["Retry-After"] = str(words.whole_seconds(wait))
            return response


def _show(status: int = 200, *, problem: str | None = None, name: str | None = None) -> Response:
    visit = current.visit()
    client, is_required = visit.demand.client, visit.step is Step.ENROL_PASSKEY
    asker = client.client_name if client and is_required else None
    return page(
        "interaction/enrol_passkey.html",
        status,
        **shared(visit),
        user=person_card(pinned_user(visit)),
        problem=problem,
        device_name=name or passkeys.suggested_name(),
        action=url(visit.interaction, "submit_enrol_passkey"),
        options=url(visit.interaction, "new_passkey_options"),
        totp_url=None if is_required else url(visit.interaction, "enrol"),
        reason=_("%(name)s asks you to sign in with a passkey.", name=asker) if asker else None,
    )
