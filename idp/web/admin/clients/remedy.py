"""Mending a registration by what a request asked for: a page that shows what will be different and
asks why, then the change, through the same judgement as every other one.

What is offered is found from the trace, so nobody can slip in another value.
"""

from __future__ import annotations

from typing import Any

from flask import Response, request, url_for
from werkzeug.exceptions import NotFound

from idp.accounts import administered
from idp.accounts.permissions import Permission
from idp.clients import document
from idp.clients.metadata import Invalid
from idp.clients.register import Outdated
from idp.clients.registered import RegisteredClient
from idp.language import gettext as _
from idp.language import gettext_noop
from idp.oauth.explaining import remedies
from idp.oauth.explaining.remedies import Remedy
from idp.web import access
from idp.web.admin.clients.found import card, existing_now
from idp.web.admin.clients.requests import trace_of
from idp.web.admin.routes import blueprint
from idp.web.admin.users.found import reason, reason_problem
from idp.web.pages import FAILED_FORM, page, see_other

WRITES = access.of_client_write(
    Permission.OWN_CLIENT_WRITE, "change-apps", keeps=("member", "value", "reason")
)
MEANS = {
    "redirect_uris": gettext_noop(
        "Only if you know that this address belongs to the app: whoever owns it receives its"
        " sign-ins."
    ),
    "post_logout_redirect_uris": gettext_noop(
        "Users are led there after signing out. It should be a page of the app."
    ),
    "grant_types": gettext_noop("The app can get tokens in one more way from now on."),
    "token_endpoint_auth_method": gettext_noop(
        "The app proves itself in this way only, from now on. The secret stays the same."
    ),
    "scope": gettext_noop(
        "The app can ask for one more thing about its users. They are asked first, unless it is one"
        " of ours."
    ),
}


@blueprint.get("/clients/<path:client_id>/requests/<trace_id>/mend")
@access.access(WRITES)
def mend_client(client_id: str, trace_id: str) -> Response:
    """What will be different. `member` and `value` choose one of what the request lacked."""
    found = existing_now(client_id)
    return _show(found, trace_id, _chosen(found, trace_id, request.args))


@blueprint.post("/clients/<path:client_id>/requests/<trace_id>/mend")
@access.access(WRITES)
def submit_mend_client(client_id: str, trace_id: str) -> Response:
    """In force at once."""
    found, because = existing_now(client_id), reason()
    remedy = _chosen(found, trace_id, request.form)
    if problem := reason_problem(because):
        return _show(found, trace_id, remedy, {"reason": problem})
    match remedies.register_it(found, remedy, reason=because):
        case None:
            raise NotFound
        case Invalid(problems=problems):
            told = "; ".join(f"{member}: {wrong}" for member, wrong in problems.items())
            return _show(found, trace_id, remedy, {"": told})
        case Outdated(client=now):
            changed = _("Somebody else has just changed this app. Look at it, then try again.")
            return _show(now, trace_id, remedy, {"": changed})
    return see_other(url_for("admin.client_requests", client_id=client_id, notice="mended"))


def _chosen(found: RegisteredClient, trace_id: str, sent: Any) -> Remedy:  # noqa: ANN401  a MultiDict
    wanted = Remedy(sent.get("member", ""), sent.get("value", ""))
    if wanted not in remedies.of(trace_of(found, trace_id), found):
        raise NotFound
    return wanted


def _show(
    found: RegisteredClient, trace_id: str, remedy: Remedy, errors: dict[str, str] | None = None
) -> Response:
    problems = dict(errors or {})
    return page(
        "admin/clients/mend.html",
        FAILED_FORM if errors else 200,
        client=card(found),
        remedy=remedy,
        means=_(MEANS[remedy.member]),
        now=_lines(document.as_document(found).get(remedy.member)),
        problem=problems.pop("", None),
        reason=request.form.get("reason", ""),
        longest=administered.LONGEST_REASON,
        errors=problems,
        action=url_for("admin.submit_mend_client", client_id=found.client_id, trace_id=trace_id),
        back=url_for("admin.client_requests", client_id=found.client_id),
    )


def _lines(registered: object) -> list[str]:
    if isinstance(registered, list):
        return [str(one) for one in registered]
    return str(registered).split() if registered else []
