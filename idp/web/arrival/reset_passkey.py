"""A passkey in place of a code, before a new password is taken (R55).

Proven first, on a form of its own: a script has to talk to the authenticator. The proof counts for
this link in this browser and for a few minutes, and begins no session.
"""

from __future__ import annotations

from flask import Response, request, url_for
from werkzeug.exceptions import Gone

from idp import clock, opaque
from idp.accounts import mailed_link
from idp.accounts.mailed_link import Purpose
from idp.authentication import passkey, proof_rows
from idp.authentication.evidence import Evidence
from idp.authentication.verdict import Rejected, Throttled
from idp.extensions import settings
from idp.models import MailedLink, User
from idp.web import access, browser, passkeys, words
from idp.web.arrival import link_in_hand
from idp.web.arrival.routes import blueprint
from idp.web.pages import page, see_other


@blueprint.post("/reset/passkey/options")
@access.access(access.PUBLIC)
def reset_passkey_options() -> Response:
    """A challenge for the passkeys of the link's account."""
    passkeys.require_enabled()
    link = _link()
    return passkeys.options(passkey.begin_assertion(bound_to(link), mailed_link.user_of(link)))


@blueprint.post("/reset/passkey")
@access.access(access.PUBLIC)
def submit_reset_passkey() -> Response:
    """Check the answer; nobody else's passkey will do."""
    passkeys.require_enabled()
    link = _link()
    user = mailed_link.user_of(link)
    match passkey.verify(request.form.get("answer", ""), bound_to=bound_to(link), user=user):
        case Evidence() as proof:
            proof_rows.record(proof, interaction_id=bound_to(link))
            return see_other(url_for("arrival.reset"))
        case Rejected(reason=reason):
            return _refused(words.passkey_problem(reason), 422)
        case Throttled(wait=wait):
            response = _refused(words.wait(wait), 429)
            response.headers["Retry-After"] = str(words.whole_seconds(wait))
            return response


def is_proven(link: MailedLink) -> bool:
    """Whether a passkey of the account was proven here, a few minutes ago at most."""
    oldest = clock.now() - settings().sessions.sensitive_age
    return any(
        proof.user_id == link.user_id and proof.proven_at >= oldest
        for proof in proof_rows.in_interaction(bound_to(link))
    )


def button(link: MailedLink, user: User) -> dict[str, str] | None:
    """What the macro needs; None where there is no passkey to ask for, or no need."""
    if not settings().passkeys.enabled or not passkey.is_usable(user.id) or is_proven(link):
        return None
    mark = link_in_hand.mark(link)
    return {
        "action": url_for("arrival.submit_reset_passkey", link=mark),
        "options": url_for("arrival.reset_passkey_options", link=mark),
    }


def bound_to(link: MailedLink) -> str:
    """The link in this browser: whoever else reads the mail has no part in what is proven here."""
    here = browser.ensure_binding().encode()
    return opaque.base64url(opaque.digest((link.digest + here).hex()))


def _link() -> MailedLink:
    link = link_in_hand.held(Purpose.RESET_PASSWORD)
    if link is None:
        raise Gone
    return link


def _refused(problem: str, status: int) -> Response:
    return page(
        "arrival/reset_passkey_refused.html",
        status,
        problem=problem,
        back_url=url_for("arrival.reset"),
    )
