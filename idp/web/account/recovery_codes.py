"""Recovery codes of the signed-in user: make a new set, see it once, confirm that it is saved."""

from __future__ import annotations

from typing import Any

from flask import Response, request, url_for

from idp.authentication import enrolled, recovery_code
from idp.authentication.evidence import Method
from idp.language import gettext as _
from idp.models import User
from idp.web import access, current, enrolment
from idp.web.account.routes import blueprint, me, to_security
from idp.web.pages import FAILED_FORM, page, see_other

LOW = 3
"""From here on new ones are offered (R29)."""


def panel(user: User) -> dict[str, Any]:
    """How many are left; None where there is no second factor to stand in for. `used_here`: one was
    spent on this very session.
    """
    left = recovery_code.left(user)
    used_here = any(proof.method is Method.RECOVERY_CODE for proof in current.session().proofs)
    return {
        "left": left if enrolled.has_second_factor(user.id) else None,
        "low": left <= LOW,
        "used_here": used_here and left < recovery_code.SET_SIZE,
    }


@blueprint.get("/recovery-codes/new")
@access.access(access.signed_in_afresh("recovery-codes"))
def regenerate_codes() -> Response:
    """Ask first: the old set ends when the new one is saved."""
    return page(
        "account/regenerate_codes.html",
        left=recovery_code.left(me()),
        action=url_for("account.submit_regenerate_codes"),
    )


@blueprint.post("/recovery-codes/new")
@access.access(access.signed_in_afresh("recovery-codes"))
def submit_regenerate_codes() -> Response:
    """Make a pending set; a reload shows the same."""
    if enrolled.has_second_factor(me().id):
        recovery_code.begin(me(), current.session().sid)
    return see_other(url_for("account.recovery_codes"))


@blueprint.get("/recovery-codes")
@access.access(access.signed_in_afresh("recovery-codes"))
def recovery_codes() -> Response:
    """The pending set; without one there is nothing to show."""
    return _show()


@blueprint.post("/recovery-codes")
@access.access(access.signed_in_afresh("recovery-codes"))
def submit_recovery_codes() -> Response:
    """Saved: the new set is in force, the old one has ended."""
    if "saved" not in request.form:
        return _show(FAILED_FORM, problem=_("Save the codes first, then tick the box."))
    had_some = recovery_code.left(me()) > 0
    if not recovery_code.confirm_saved(me(), current.session().sid):
        return _show(FAILED_FORM, problem=_("Those codes had waited too long. Save these instead."))
    return to_security("codes-renewed" if had_some else "codes-saved")


@blueprint.post("/recovery-codes/download")
@access.access(access.signed_in_afresh("recovery-codes"))
def download_recovery_codes() -> Response:
    """The same set as a text file."""
    return enrolment.codes_file(recovery_code.begin(me(), current.session().sid), me())


def _show(status: int = 200, *, problem: str | None = None) -> Response:
    user, sid = me(), current.session().sid
    # After a first enrolment the set is made here; later ones only by the page that asks first.
    is_due = enrolled.has_second_factor(user.id) and recovery_code.left(user) == 0
    if not is_due and not recovery_code.pending(user, sid):
        return to_security()
    return page(
        "account/recovery_codes.html",
        status,
        codes=recovery_code.begin(user, sid),
        belong_to=enrolment.codes_belong_to(user),
        replaces_unsaved=recovery_code.replaces_unsaved(user, sid),
        problem=problem,
        action=url_for("account.submit_recovery_codes"),
        download_action=url_for("account.download_recovery_codes"),
    )
