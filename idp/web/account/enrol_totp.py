"""Setting up an authenticator app for the signed-in user: another one, or one that takes the place
of an old one, which goes on working until the new one has shown that it does (R19).
"""

from __future__ import annotations

from flask import Response, request, url_for
from werkzeug.exceptions import NotFound

from idp.accounts import factors
from idp.authentication import authenticators, recovery_code, totp
from idp.authentication.evidence import Evidence
from idp.authentication.verdict import Rejected, Throttled
from idp.models import TotpCredential
from idp.web import access, browser, current, enrolment, errors, words
from idp.web.account.routes import blueprint, me, to_security
from idp.web.pages import page, see_other


@blueprint.get("/totp")
@access.access(access.signed_in_afresh("add-totp"))
def add_totp() -> Response:
    """Show a secret, the same again on reload."""
    return _show()


@blueprint.post("/totp")
@access.access(access.signed_in_afresh("add-totp", keeps=("device_name",)))
def submit_totp() -> Response:
    """Confirm it with its first code, which also proves the factor for this session."""
    return _confirm()


@blueprint.get("/totp/<credential_id>/replace")
@access.access(access.signed_in_afresh("replace-totp"))
def replace_totp(credential_id: str) -> Response:
    """The same for a new phone."""
    return _show(replaced=_mine(credential_id))


@blueprint.post("/totp/<credential_id>/replace")
@access.access(access.signed_in_afresh("replace-totp", keeps=("device_name",)))
def submit_replace_totp(credential_id: str) -> Response:
    """With the code that confirms the new one the old one is gone, in one transaction."""
    return _confirm(replaced=_mine(credential_id))


def _confirm(*, replaced: TotpCredential | None = None) -> Response:
    user, session = me(), current.session()
    name = enrolment.device_name(request.form)
    match totp.confirm(user, session.sid, request.form.get("code", ""), name):
        case Evidence() as proof:
            return _done(proof, replaced)
        case Rejected(reason=reason, hint_steps=steps):
            return _show(
                enrolment.failed_status(reason),
                replaced=replaced,
                problem=words.enrolment_problem(reason),
                clock_hint=words.clock_hint(steps) if steps else None,
                name=name,
            )
        case Throttled(wait=wait):
            response = _show(429, replaced=replaced, problem=words.wait(wait), name=name)
            response.headers["Retry-After"] = str(words.whole_seconds(wait))
            return response


def _done(proof: Evidence, replaced: TotpCredential | None) -> Response:
    user = me()
    token = factors.strengthen_session(current.session(), proof)
    if token is None:
        return errors.undone()
    browser.begin_session(token)
    if replaced is not None:
        factors.remove_totp(user, replaced.id)
    if recovery_code.left(user) == 0:
        return see_other(url_for("account.recovery_codes"))
    return to_security("totp-replaced" if replaced else "totp-added")


def _mine(credential_id: str) -> TotpCredential:
    found = authenticators.find(me(), credential_id)
    if found is None:
        raise NotFound
    return found


def _show(
    status: int = 200,
    *,
    replaced: TotpCredential | None = None,
    problem: str | None = None,
    clock_hint: str | None = None,
    name: str = "",
) -> Response:
    user = me()
    own_url = (
        url_for("account.submit_replace_totp", credential_id=replaced.id)
        if replaced
        else url_for("account.submit_totp")
    )
    return page(
        "account/enrol_totp.html",
        status,
        **enrolment.pending_totp(totp.begin(user, current.session().sid)),
        replaced=replaced,
        problem=problem,
        clock_hint=clock_hint,
        device_name=name,
        first_authenticator=not totp.is_enrolled(user.id),
        action=own_url,
    )
