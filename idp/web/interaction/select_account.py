"""Which account? Shown when the client asks for a choice, and when several accounts are signed in
in this browser and nothing says which one is meant. Choosing proves nothing (A58).
"""

from __future__ import annotations

from flask import Response, request

from idp.interaction import lifecycle
from idp.interaction.machine import Step
from idp.web import access, browser, current
from idp.web.cards import account_cards
from idp.web.interaction.routes import blueprint, shared, to_dispatcher, url
from idp.web.pages import page

OTHER = "other"
"""What the form says for "use another account"."""


@blueprint.get("/select-account")
@access.access(access.interaction(Step.SELECT_ACCOUNT))
def select_account(interaction_id: str) -> Response:
    """The accounts of this browser, and a way to another one."""
    visit = current.visit()
    return page(
        "interaction/select_account.html",
        **shared(visit),
        accounts=account_cards(browser.signed_in()),
        action=url(visit.interaction, "submit_select_account"),
    )


@blueprint.post("/select-account")
@access.access(access.interaction(Step.SELECT_ACCOUNT))
def submit_select_account(interaction_id: str) -> Response:
    """Go on with the chosen one. One that has left meanwhile is not on the page that comes next."""
    interaction = current.visit().interaction
    wanted = request.form.get("sid", "")
    chosen = next((one for one in browser.signed_in() if one.sid == wanted), None)
    if chosen is not None:
        token = lifecycle.choose_account(interaction, browser.signed_in(), chosen)
        if token is not None:
            browser.begin_session(token)
    elif wanted == OTHER:
        lifecycle.set_account_aside(interaction)
    return to_dispatcher(interaction)
