"""Signing out of this browser."""

from __future__ import annotations

from flask import Response, url_for

from idp.accounts import sign_out as accounts_sign_out
from idp.web import access, browser, current
from idp.web.account.routes import blueprint
from idp.web.pages import page, see_other


@blueprint.post("/sign-out")
@access.access(access.SIGNED_IN)
def sign_out() -> Response:
    """End the session and what hangs from it; the cookie goes too."""
    accounts_sign_out.end_session(current.session())
    browser.forget_session()
    browser.rotate_binding()
    return see_other(url_for("account.signed_out"))


@blueprint.get("/signed-out")
@access.access(access.PUBLIC)
def signed_out() -> Response:
    """The receipt."""
    return page("signed_out.html", client=None, return_url=None)
