"""The password of the signed-in user: how old it is, and another one."""

from __future__ import annotations

from typing import Any

from flask import Response, request, url_for
from sqlalchemy import select

from idp.accounts import factors, new_password
from idp.authentication import password
from idp.authentication.evidence import Evidence
from idp.authentication.password_hash import StoredHash
from idp.authentication.verdict import Busy, Reason, Rejected, Throttled
from idp.extensions import db
from idp.language import gettext as _
from idp.models import Password, User
from idp.web import access, browser, current, errors, words
from idp.web.account.routes import blueprint, me, to_security
from idp.web.pages import FAILED_FORM, page

CURRENT, CHOSEN = "current_password", "password"


def panel(user: User) -> dict[str, Any]:
    """How old it is."""
    changed_at = db.session.scalar(select(Password.changed_at).where(Password.user_id == user.id))
    return {"changed_at": changed_at}


@blueprint.get("/password")
@access.access(access.signed_in_with_second_factor("change-password"))
def change_password() -> Response:
    """The rules up front, and the form."""
    return _show()


@blueprint.post("/password")
@access.access(access.signed_in_with_second_factor("change-password"))
def submit_change_password() -> Response:
    """Judge the new one, prove the old one, and start over where that is wanted (R12)."""
    user, chosen = me(), request.form.get(CHOSEN, "")
    if problems := _problems(user, chosen):
        return _show(FAILED_FORM, errors={CHOSEN: " ".join(problems)})
    # Hashed before the first write, which the proof of the old one may be.
    prepared = password.prepare(chosen)
    if isinstance(prepared, Busy):
        return errors.busy(words.whole_seconds(prepared.wait))
    if new_password.has_one(user):
        proof = _proof_of_current(user)
        if not isinstance(proof, Evidence):
            return _refused(proof)
        _renew_session(proof)
    return _store(user, prepared)


def _problems(user: User, chosen: str) -> list[str]:
    if chosen and chosen == request.form.get(CURRENT):
        return [_("This is your password already. Choose another one.")]
    return password.problems(chosen, user)


def _proof_of_current(user: User) -> Evidence | Rejected | Throttled | Busy:
    """By the verifier of sign-in, out of its budget."""
    name = user.email.address if user.email else ""
    return password.verify(user, name, request.form.get(CURRENT, ""))


def _refused(verdict: Rejected | Throttled | Busy) -> Response:
    match verdict:
        case Busy(wait=wait):
            return errors.busy(words.whole_seconds(wait))
        case Throttled(wait=wait):
            seconds = words.whole_seconds(wait)
            response = _show(429, problem=words.wait(wait), retry_after=seconds)
            response.headers["Retry-After"] = str(seconds)
            return response
        case Rejected(reason=Reason.WRONG_CREDENTIALS | Reason.MALFORMED):
            return _show(FAILED_FORM, errors={CURRENT: _("That isn't your current password.")})
        case Rejected(reason=reason):
            return _show(FAILED_FORM, problem=words.problem(reason))


def _renew_session(proof: Evidence) -> None:
    """A value of the cookie that was known before opens nothing (R41)."""
    token = factors.strengthen_session(current.session(), proof)
    if token is not None:
        browser.begin_session(token)


def _store(user: User, prepared: StoredHash) -> Response:
    if "sign_out_others" not in request.form:
        new_password.store(user, prepared)
        return to_security("password-changed")
    sid = current.session().sid
    new_password.take_effect(user, prepared, because="password_changed", keep_sid=sid)
    return to_security("password-changed-everywhere")


def _show(
    status: int = 200,
    *,
    errors: dict[str, str] | None = None,
    problem: str | None = None,
    retry_after: int | None = None,
) -> Response:
    user = me()
    # A box that was cleared stays so; on the first visit it is ticked.
    others = "sign_out_others" in request.form or request.method == "GET"
    return page(
        "account/change_password.html",
        status,
        email=user.email.address if user.email else "",
        has_password=new_password.has_one(user),
        sign_out_others=others,
        errors=errors or {},
        problem=problem,
        retry_after=retry_after,
        minimum_length=password.minimum_length(user),
        action=url_for("account.submit_change_password"),
    )
