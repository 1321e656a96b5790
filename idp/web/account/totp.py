"""Authenticator apps of the signed-in user: add, and remove behind a fresh proof."""

from __future__ import annotations

from typing import Any

from flask import Response, request, url_for
from werkzeug.exceptions import Gone, NotFound

from idp.accounts import factors
from idp.authentication import passkey, recovery_code, totp
from idp.authentication.assurance import Assurance
from idp.authentication.evidence import Evidence
from idp.authentication.verdict import Rejected, Throttled
from idp.models import TotpCredential, User
from idp.web import access, browser, current, enrolment, words
from idp.web.account.routes import blueprint, me, to_security
from idp.web.pages import FAILED_FORM, page, see_other


def panel(user: User) -> dict[str, Any]:
    """The apps, oldest first."""
    return {"authenticators": totp.enrolled(user)}


@blueprint.get("/totp/<credential_id>/rename")
@access.access(access.SIGNED_IN)
def rename_totp(credential_id: str) -> Response:
    """Ask for another name."""
    return _show_rename(_mine(credential_id))


@blueprint.post("/totp/<credential_id>/rename")
@access.access(access.SIGNED_IN)
def submit_rename_totp(credential_id: str) -> Response:
    """A name opens nothing, so no fresh proof is asked for."""
    credential = _mine(credential_id)
    if not request.form.get("device_name", "").strip():
        return _show_rename(credential, FAILED_FORM, problem=_("Type a name."))
    authenticators.rename(me(), credential.id, enrolment.device_name(request.form))
    return to_security("totp-renamed")


@blueprint.get("/totp/<credential_id>/remove")
@access.access(access.signed_in_afresh("remove-totp"))
def remove_totp(credential_id: str) -> Response:
    """A page, not a dialog: what will happen, and which apps ask for this factor."""
    user = me()
    authenticators = totp.enrolled(user)
    is_last = len(authenticators) == 1 and not passkey.is_usable(user.id)
    return page(
        "account/remove_totp.html",
        authenticator=_mine(authenticators, credential_id),
        is_last=is_last,
        apps=factors.clients_that_demand(user, Assurance.TWO_FACTOR) if is_last else [],
        action=url_for("account.submit_remove_totp", credential_id=credential_id),
    )


@blueprint.post("/totp/<credential_id>/remove")
@access.access(access.signed_in_afresh("remove-totp"))
def submit_remove_totp(credential_id: str) -> Response:
    """Remove it; what it proved proves nothing from now on."""
    user = me()
    credential = _mine(totp.enrolled(user), credential_id)
    factors.remove_totp(user, credential.id)
    return to_security("totp-removed")


def _mine(authenticators: list[TotpCredential], credential_id: str) -> TotpCredential:
    found = next((one for one in authenticators if one.id == credential_id), None)
    if found is None:
        raise NotFound
    return found


def _show(status: int = 200, *, problem: str | None = None, name: str = "") -> Response:
    user = me()
    return page(
        "account/enrol_totp.html",
        status,
        **enrolment.pending_totp(totp.begin(user, current.session().sid)),
        problem=problem,
        device_name=name,
        first_authenticator=not totp.is_enrolled(user.id),
        action=url_for("account.submit_totp"),
    )
