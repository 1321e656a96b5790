"""The blueprint of interaction pages, and the addresses and views of people
that its pages share.
"""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, request, url_for
from werkzeug.exceptions import Gone

from idp.extensions import db
from idp.models import Interaction, User
from idp.web import browser, current
from idp.web.cards import client_card
from idp.web.current import Visit
from idp.web.pages import see_other

blueprint = Blueprint("interaction", __name__, url_prefix="/interaction/<interaction_id>")


def url(interaction: Interaction, endpoint: str) -> str:
    """The address of a page of this interaction."""
    return url_for(f"interaction.{endpoint}", interaction_id=interaction.id)


def to_dispatcher(interaction: Interaction) -> Response:
    """Every page ends here: only the dispatcher knows what comes next."""
    return see_other(url(interaction, "dispatch"))


def pinned_user(visit: Visit) -> User:
    """The user whom this interaction is about; steps after sign-in always have one."""
    if visit.situation.person is None:
        raise LookupError("no user is known yet")
    user = db.session.get(User, visit.situation.person.id)
    if user is None:
        raise Gone("the account was closed meanwhile")
    return user


def known_user(visit: Visit) -> User | None:
    """Whoever this browser or this interaction already stands for, and may be asked again. A name
    that was only typed stands for nobody.
    """
    is_expected = visit.situation.facts.is_expected_user
    return pinned_user(visit) if visit.situation.person is not None and is_expected else None


def is_for_shown_account(visit: Visit) -> bool:
    """Whether a form was sent by whoever its page named: another tab may have changed the accounts
    of this browser meanwhile, and nobody says yes in somebody else's name.
    """
    session = visit.situation.session
    return session is not None and request.form.get("account") == session.sid


def shared(visit: Visit) -> dict[str, Any]:
    """What the templates of all steps show."""
    interaction, session = visit.interaction, visit.situation.session
    return {
        "shown_account": session.sid if session else "",
        "client": client_card(visit.demand.client),
        "cancel_action": url(interaction, "cancel"),
        "switch_action": url(interaction, "switch"),
    }


def go_on_with(session_token: str | None) -> Response:
    """After a proof: the browser's binding changes, and the session's cookie when it began."""
    browser.rotate_binding()
    if session_token is not None:
        browser.begin_session(session_token)
    return to_dispatcher(current.visit().interaction)
