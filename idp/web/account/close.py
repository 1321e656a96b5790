"""Closing the account: what it means, a copy of the data first, the address as a confirmation."""

from __future__ import annotations

from flask import Response, request, url_for

from idp.accounts import closing, connected_apps
from idp.authentication.identifier import canonical
from idp.language import gettext as _
from idp.models import User
from idp.web import access, browser, current
from idp.web.account.routes import blueprint, me
from idp.web.pages import FAILED_FORM, page, see_other


@blueprint.get("/close")
@access.access(access.signed_in_afresh("close-account"))
def close_account() -> Response:
    """What will happen."""
    return _show()


@blueprint.post("/close")
@access.access(access.signed_in_afresh("close-account"))
def submit_close_account() -> Response:
    """Do it, once the address was typed. Other accounts of this browser stay signed in."""
    user = me()
    if closing.is_last_owner(user):
        return _show(FAILED_FORM)
    if not _is_confirmed(user):
        problem = _("Type the email address of this account to confirm that you want to close it.")
        return _show(FAILED_FORM, errors={"email": problem})
    if not closing.begin(user):
        return _show(FAILED_FORM)
    here = current.session()
    browser.leave(tuple(one for one in browser.signed_in() if one.sid == here.sid))
    browser.rotate_binding()
    closing.close(user)
    return see_other(url_for("account.account_closed"))


@blueprint.get("/closed")
@access.access(access.PUBLIC)
def account_closed() -> Response:
    """The end."""
    return page("account/closed.html")


def _is_confirmed(user: User) -> bool:
    typed = request.form.get("email", "")
    return user.email is not None and canonical(typed) == user.email.canonical


def _show(status: int = 200, *, errors: dict[str, str] | None = None) -> Response:
    user = me()
    return page(
        "account/close.html",
        status,
        email=user.email.address if user.email else "",
        typed=request.form.get("email", ""),
        apps=[app.client.client_name for app in connected_apps.of(user.id)],
        is_last_owner=closing.is_last_owner(user),
        errors=errors or {},
        action=url_for("account.submit_close_account"),
    )
