"""Authenticator apps of the signed-in user: what there is, another name, and the end behind a fresh
proof.
"""

from __future__ import annotations

from typing import Any

from flask import Response, request, url_for
from werkzeug.exceptions import NotFound

from idp.accounts import factors, last_factor
from idp.accounts.last_factor import Removal
from idp.authentication import authenticators, enrolled, totp
from idp.authentication.assurance import Assurance
from idp.language import gettext as _
from idp.models import TotpCredential, User
from idp.web import access, enrolment, words
from idp.web.account.routes import blueprint, me, to_security
from idp.web.pages import FAILED_FORM, page


def panel(user: User) -> dict[str, Any]:
    """The apps, oldest first; and whether there is any second factor."""
    two_step = enrolled.has_second_factor(user.id)
    return {"authenticators": totp.enrolled(user), "two_step": two_step}


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
    return _show_remove(_mine(credential_id))


@blueprint.post("/totp/<credential_id>/remove")
@access.access(access.signed_in_afresh("remove-totp"))
def submit_remove_totp(credential_id: str) -> Response:
    """Remove it; what it proved proves nothing from now on."""
    credential = _mine(credential_id)
    match factors.remove_totp(me(), credential.id):
        case Removal.DONE:
            return to_security("totp-removed")
        case Removal.UNKNOWN:
            raise NotFound
        case Removal.NEEDED:
            return _show_remove(credential, FAILED_FORM)


def _mine(credential_id: str) -> TotpCredential:
    found = authenticators.find(me(), credential_id)
    if found is None:
        raise NotFound
    return found


def _show_rename(
    credential: TotpCredential, status: int = 200, *, problem: str | None = None
) -> Response:
    return page(
        "account/rename_totp.html",
        status,
        device_name=credential.name,
        problem=problem,
        action=url_for("account.submit_rename_totp", credential_id=credential.id),
    )


def _show_remove(credential: TotpCredential, status: int = 200) -> Response:
    user = me()
    is_last = last_factor.is_last(user, credential.id)
    need = last_factor.need(user) if is_last else None
    return page(
        "account/remove_totp.html",
        status,
        authenticator=credential,
        is_last=is_last,
        refusal=words.needed(need) if need else None,
        is_refused=status == FAILED_FORM,
        apps=factors.clients_that_demand(user, Assurance.TWO_FACTOR) if is_last else [],
        action=url_for("account.submit_remove_totp", credential_id=credential.id),
    )
