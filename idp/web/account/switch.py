"""Several accounts in one browser: which one the account's pages are about, and adding another."""

from __future__ import annotations

from flask import Response, request, url_for

from idp import opaque
from idp.authentication import browser_accounts
from idp.authentication.requirement import Requirement
from idp.interaction import lifecycle
from idp.interaction.lifecycle import Opening
from idp.models import Kind
from idp.web import access, browser
from idp.web.account.routes import blueprint
from idp.web.cards import account_cards
from idp.web.pages import page, see_other

OTHER = "other"
"""What the form says for "add another account"."""


@blueprint.get("/switch")
@access.access(access.SIGNED_IN)
def switch() -> Response:
    """The accounts of this browser, the current one first."""
    return page(
        "account/switch.html",
        accounts=account_cards(browser.signed_in()),
        action=url_for("account.submit_switch"),
        sign_out_all_action=url_for("sign_out.leave_all"),
    )


@blueprint.post("/switch")
@access.access(access.SIGNED_IN)
def submit_switch() -> Response:
    """Go on as somebody who is signed in already, or sign in beside them. One that has left
    meanwhile is not on the page that comes next.
    """
    wanted = request.form.get("sid", "")
    if wanted == OTHER:
        return _add()
    accounts = browser.signed_in()
    chosen = next((one for one in accounts if one.sid == wanted), None)
    token = browser_accounts.choose(accounts, chosen) if chosen else None
    if token is None:
        return see_other(url_for("account.switch"))
    browser.begin_session(token)
    return see_other(url_for("account.overview"))


def _add() -> Response:
    """An empty sign-in page: the accounts that are here do not count on it."""
    opening = Opening(
        Kind.SIGN_IN,
        Requirement(),
        opaque.digest(browser.ensure_binding()),
        return_to=url_for("account.overview"),
    )
    interaction = lifecycle.open_interaction(opening)
    lifecycle.set_account_aside(interaction)
    return see_other(url_for("interaction.dispatch", interaction_id=interaction.id))
