"""Authenticator apps of the signed-in user: add, and remove behind a fresh proof."""

from __future__ import annotations

from typing import Any

from flask import Response, request, url_for
from werkzeug.exceptions import Gone, NotFound

from idp.accounts import factors
from idp.authentication import recovery_code, totp
from idp.authentication.evidence import Evidence
from idp.authentication.verdict import Rejected, Throttled
from idp.models import TotpCredential, User
from idp.web import access, browser, current, enrolment, words
from idp.web.account.routes import blueprint, me, to_security
from idp.web.pages import FAILED_FORM, page, see_other


def panel(user: User) -> dict[str, Any]:
    """The apps, oldest first."""
    return {"authenticators": totp.enrolled(user)}


@blueprint.get("/totp")
@access.access(access.signed_in_afresh("add-totp"))
def add_totp() -> Response:
    """Show a secret, the same again on reload."""
    return _show()


@blueprint.post("/totp")
@access.access(access.signed_in_afresh("add-totp"))
def submit_totp() -> Response:
    """Confirm it with its first code, which also proves the factor for this session."""
    user, session = me(), current.session()
    name = enrolment.device_name(request.form)
    match totp.confirm(user, session.sid, request.form.get("code", ""), name):
        case Evidence() as proof:
            token = factors.strengthen_session(session, proof)
            if token is None:
                raise Gone
            browser.begin_session(token)
            if recovery_code.left(user) > 0:
                return to_security("totp-added")
            return see_other(url_for("account.recovery_codes"))
        case Rejected(reason=reason):
            return _show(FAILED_FORM, problem=words.problem(reason), name=name)
        case Throttled(wait=wait):
            return _show(429, problem=words.wait(wait), name=name)


@blueprint.get("/totp/<credential_id>/remove")
@access.access(access.signed_in_afresh("remove-totp"))
def remove_totp(credential_id: str) -> Response:
    """A page, not a dialog: what will happen, and which apps ask for this factor."""
    user = me()
    authenticators = totp.enrolled(user)
    return page(
        "account/remove_totp.html",
        authenticator=_mine(authenticators, credential_id),
        is_last=len(authenticators) == 1,
        apps=factors.clients_that_demand_two_factors(user),
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
