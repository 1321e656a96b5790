"""A new password by a mailed link, and by a second factor where the account has one (R55)."""

from __future__ import annotations

from typing import Any

from flask import Response, request, url_for

from idp import throttle
from idp.accounts import mailed_link
from idp.accounts import password_reset as resets
from idp.accounts.mailed_link import Purpose
from idp.authentication import enrolled, known_device, passkey, password, recovery_code, totp
from idp.authentication.evidence import Evidence
from idp.authentication.password_hash import StoredHash
from idp.authentication.verdict import Busy, Reason, Rejected, Throttled
from idp.language import gettext as _
from idp.models import MailedLink, User
from idp.web import access, errors, words
from idp.web.arrival import link_in_hand, reset_passkey, waiting_sign_in
from idp.web.arrival.routes import blueprint
from idp.web.pages import FAILED_FORM, page

RECOVERY_CODE = "recovery-code"


@blueprint.get("/reset/<token>")
@access.access(access.PUBLIC)
def open_reset(token: str) -> Response:
    """The click in the mail."""
    return link_in_hand.take(Purpose.RESET_PASSWORD, token, url_for("arrival.reset"))


@blueprint.get("/reset")
@access.access(access.PUBLIC)
def reset() -> Response:
    """The form, while the link is good."""
    link = link_in_hand.held(Purpose.RESET_PASSWORD)
    return show(link) if link else link_in_hand.gone()


@blueprint.post("/reset")
@access.access(access.PUBLIC)
def submit_reset() -> Response:
    """Judge the password, then the factor, then spend the link: what is wrong spends nothing."""
    link = link_in_hand.held(Purpose.RESET_PASSWORD)
    if link is None:
        return link_in_hand.gone()
    user, chosen = mailed_link.user_of(link), request.form.get("password", "")
    if problems := password.problems(chosen, user):
        return show(link, FAILED_FORM, errors={"password": " ".join(problems)})
    # Hashed before the factor is spent, which is the first write.
    prepared = password.prepare(chosen)
    if isinstance(prepared, Busy):
        return errors.busy(words.whole_seconds(prepared.wait))
    if enrolled.has_second_factor(user.id) and not reset_passkey.is_proven(link):
        verdict = _verdict(link, user)
        if not isinstance(verdict, Evidence):
            return _refused(link, user, verdict)
    return _complete(link, prepared)


def _refused(link: MailedLink, user: User, verdict: Rejected | Throttled) -> Response:
    match verdict:
        case Rejected(reason=Reason.EXHAUSTED):
            return _exhausted(user)
        case Rejected(reason=reason):
            return show(link, FAILED_FORM, errors={"code": _wording(reason)})
        case Throttled(wait=wait):
            seconds = words.whole_seconds(wait)
            response = show(link, 429, problem=words.wait(wait), retry_after=seconds)
            response.headers["Retry-After"] = str(seconds)
            return response


def _verdict(link: MailedLink, user: User) -> Evidence | Rejected | Throttled:
    """By the same verifiers and out of the same budgets as at sign-in (R17, R33)."""
    code, budget = request.form.get("code", ""), resets.guesses_counted_as(link)
    if _by_recovery_code():
        return recovery_code.verify(user, code, interaction_id=budget)
    return totp.verify(user, code, interaction_id=budget)


def _complete(link: MailedLink, prepared: StoredHash) -> Response:
    if resets.complete(link, prepared) is None:
        return link_in_hand.gone()
    link_in_hand.release(Purpose.RESET_PASSWORD)
    waiting = waiting_sign_in.known(str(link.details.get("interaction", "")))
    return page("arrival/password_set.html", sign_in_url=waiting_sign_in.url(waiting))


def _exhausted(user: User) -> Response:
    """As a sign-in would be over, the link is."""
    resets.end_links(user.id)
    link_in_hand.release(Purpose.RESET_PASSWORD)
    message = _("Too many codes didn't work, so this link has ended to keep your account safe.")
    device = known_device.for_second_factor(user.id)
    wait = throttle.remaining_wait("recovery_code", user=user.id, device=device)
    told = words.wait(wait) if wait else None
    response = page("arrival/link_invalid.html", 429, message=message, wait=told)
    response.headers["Retry-After"] = str(words.whole_seconds(wait))
    return response


def _by_recovery_code() -> bool:
    return request.values.get("use") == RECOVERY_CODE


def _wording(reason: Reason) -> str:
    if _by_recovery_code() and reason in {Reason.WRONG_CODE, Reason.MALFORMED}:
        return _(words.WRONG_RECOVERY_CODE)
    if reason is Reason.FROZEN:
        return _(
            "Codes from your authenticator app are paused for your protection. Use a recovery code."
        )
    return words.problem(reason)


def show(link: MailedLink, status: int = 200, **context: Any) -> Response:
    """The form, with a field for each proof that is still missing."""
    user = mailed_link.user_of(link)
    return page(
        "arrival/reset.html",
        status,
        **({"errors": {}, "problem": None, "retry_after": None} | context),
        email=user.email.address if user.email else "",
        minimum_length=password.minimum_length(user),
        factor=_factor(link, user),
        has_recovery_codes=recovery_code.left(user) > 0,
        has_app=totp.is_enrolled(user.id),
        passkey=reset_passkey.button(link, user),
        proven_by_passkey=reset_passkey.is_proven(link),
        link_mark=link_in_hand.mark(link),
        action=url_for("arrival.submit_reset"),
        other_way=url_for("arrival.reset", use=None if _by_recovery_code() else RECOVERY_CODE),
    )


def _factor(link: MailedLink, user: User) -> str | None:
    """Which code is asked for besides the password."""
    if not enrolled.has_second_factor(user.id) or reset_passkey.is_proven(link):
        return None
    if _by_recovery_code():
        return RECOVERY_CODE
    if totp.is_enrolled(user.id):
        return "totp"
    return "passkey" if passkey.is_usable(user.id) else RECOVERY_CODE
