"""Passkeys of the signed-in user: add, rename, and remove behind a fresh proof."""

from __future__ import annotations

from typing import Any

from flask import Response, request, url_for
from werkzeug.exceptions import NotFound

from idp.accounts import factors, last_factor
from idp.accounts.last_factor import Removal
from idp.authentication import passkey, recovery_code
from idp.authentication.assurance import Assurance
from idp.authentication.evidence import Evidence
from idp.authentication.verdict import Rejected, Throttled
from idp.extensions import settings
from idp.models import Passkey, User
from idp.web import access, browser, current, errors, passkeys, words
from idp.web.account.routes import blueprint, me, to_security
from idp.web.pages import FAILED_FORM, page, see_other


def panel(user: User) -> dict[str, Any]:
    """The passkeys, oldest first."""
    return {"passkeys": passkey.enrolled(user), "may_add": settings().passkeys.enabled}


@blueprint.get("/passkeys")
@access.access(access.signed_in_afresh("add-passkey"))
def add_passkey() -> Response:
    """Name it and make it."""
    passkeys.require_enabled()
    return _show()


@blueprint.post("/passkeys/options")
@access.access(access.signed_in_afresh("add-passkey"))
def new_passkey_options() -> Response:
    """What the browser is to create."""
    passkeys.require_enabled()
    return passkeys.options(passkey.begin_enrolment(me(), current.session().sid))


@blueprint.post("/passkeys")
@access.access(access.signed_in_afresh("add-passkey"))
def submit_passkey() -> Response:
    """It counts from now on, and in this session at once."""
    passkeys.require_enabled()
    user, session = me(), current.session()
    name = passkeys.chosen_name(request.form)
    match passkey.confirm(user, session.sid, request.form.get("answer", ""), name):
        case Evidence() as proof:
            token = factors.strengthen_session(session, proof)
            if token is None:
                return errors.undone()
            browser.begin_session(token)
            if recovery_code.left(user) > 0:
                return to_security("passkey-added")
            return see_other(url_for("account.recovery_codes"))
        case Rejected(reason=reason):
            return _show(FAILED_FORM, problem=words.new_passkey_problem(reason), name=name)
        case Throttled(wait=wait):
            response = _show(429, problem=words.wait(wait), name=name)
            response.headers["Retry-After"] = str(words.whole_seconds(wait))
            return response


@blueprint.get("/passkeys/<passkey_id>/rename")
@access.access(access.SIGNED_IN)
def rename_passkey(passkey_id: str) -> Response:
    """Ask for another name."""
    return page(
        "account/rename_passkey.html",
        passkey=_mine(passkey.enrolled(me()), passkey_id),
        action=url_for("account.submit_rename_passkey", passkey_id=passkey_id),
    )


@blueprint.post("/passkeys/<passkey_id>/rename")
@access.access(access.SIGNED_IN)
def submit_rename_passkey(passkey_id: str) -> Response:
    """A name opens nothing, so no fresh proof is asked for."""
    if not passkey.rename(me(), passkey_id, passkeys.chosen_name(request.form)):
        raise NotFound
    return to_security("passkey-renamed")


@blueprint.get("/passkeys/<passkey_id>/remove")
@access.access(access.signed_in_afresh("remove-passkey"))
def remove_passkey(passkey_id: str) -> Response:
    """A page, not a dialog: what will happen, and which apps ask for more than a password."""
    return _show_remove(passkey_id)


@blueprint.post("/passkeys/<passkey_id>/remove")
@access.access(access.signed_in_afresh("remove-passkey"))
def submit_remove_passkey(passkey_id: str) -> Response:
    """Remove it; what it proved proves nothing from now on."""
    match factors.remove_passkey(me(), passkey_id):
        case Removal.DONE:
            return to_security("passkey-removed")
        case Removal.UNKNOWN:
            raise NotFound
        case Removal.NEEDED:
            return _show_remove(passkey_id, FAILED_FORM)


def _show_remove(passkey_id: str, status: int = 200) -> Response:
    user = me()
    mine = passkey.enrolled(user)
    is_last, is_last_factor = len(mine) == 1, last_factor.is_last(user, passkey_id)
    need = last_factor.need(user) if is_last_factor else None
    lost = Assurance.TWO_FACTOR if is_last_factor else Assurance.PHISHING_RESISTANT
    return page(
        "account/remove_passkey.html",
        status,
        passkey=_mine(mine, passkey_id),
        is_last=is_last,
        is_last_factor=is_last_factor,
        refusal=words.needed(need) if need else None,
        is_refused=status == FAILED_FORM,
        apps=factors.clients_that_demand(user, lost) if is_last else [],
        action=url_for("account.submit_remove_passkey", passkey_id=passkey_id),
    )


def _mine(mine: list[Passkey], passkey_id: str) -> Passkey:
    found = next((one for one in mine if one.id == passkey_id), None)
    if found is None:
        raise NotFound
    return found


def _show(status: int = 200, *, problem: str | None = None, name: str | None = None) -> Response:
    return page(
        "account/enrol_passkey.html",
        status,
        problem=problem,
        device_name=name or passkeys.suggested_name(),
        action=url_for("account.submit_passkey"),
        options=url_for("account.new_passkey_options"),
    )
