"""Which account? Shown when the client asks for a choice and this browser is signed in."""

from __future__ import annotations

from flask import Response, request

from idp.extensions import db
from idp.interaction import lifecycle
from idp.interaction.machine import Step
from idp.models import User
from idp.web import access, browser, current
from idp.web.interaction.routes import blueprint, shared, to_dispatcher, url
from idp.web.pages import page


@blueprint.get("/select-account")
@access.access(access.interaction(Step.SELECT_ACCOUNT))
def select_account(interaction_id: str) -> Response:
    """The accounts of this browser, and a way to another one."""
    visit = current.visit()
    session = browser.recognised_session()
    user = db.session.get(User, session.user_id) if session else None
    accounts = []
    if session is not None and user is not None:
        accounts = [
            {
                "sid": session.sid,
                "name": user.name,
                "email": user.email.address if user.email else "",
            }
        ]
    return page(
        "interaction/select_account.html",
        **shared(visit),
        accounts=accounts,
        action=url(visit.interaction, "submit_select_account"),
    )


@blueprint.post("/select-account")
@access.access(access.interaction(Step.SELECT_ACCOUNT))
def submit_select_account(interaction_id: str) -> Response:
    """Go on with the chosen one; anything else means another account."""
    visit = current.visit()
    session = browser.recognised_session()
    if session is not None and request.form.get("sid") == session.sid:
        lifecycle.choose_account(visit.interaction, session)
    else:
        lifecycle.set_account_aside(visit.interaction)
    return to_dispatcher(visit.interaction)
