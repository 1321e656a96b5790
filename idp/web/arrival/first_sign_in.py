"""From a new account to its first sign-in: the one that waits in this browser, or a fresh one."""

from __future__ import annotations

from idp import opaque
from idp.accounts import enrolment_ticket
from idp.authentication.requirement import Requirement
from idp.clients import registry
from idp.extensions import db
from idp.interaction import lifecycle
from idp.interaction.lifecycle import Opening
from idp.models import Interaction, Kind, User
from idp.web import browser
from idp.web.arrival import waiting_sign_in


def arrived(interaction_id: str) -> str:
    """Its id if it is this browser's. A request that came without cookies is claimed by the first
    browser that follows it (R46), and `prompt=create` follows it to here.
    """
    found = _interaction(interaction_id)
    if found is not None and found.browser_digest is None:
        lifecycle.claim(found, opaque.digest(browser.ensure_binding()))
        db.session.refresh(found)
    return waiting_sign_in.known(interaction_id)


def hint(interaction_id: str) -> str:
    """The name that the waiting app expects (`login_hint`), for a form to begin with."""
    waiting = _interaction(interaction_id)
    return str((waiting.parameters.get("login_hint") if waiting else None) or "")


def app_name(interaction_id: str) -> str | None:
    """Which app the person wants to go on to."""
    waiting = _interaction(interaction_id)
    client = registry.find(waiting.client_id) if waiting and waiting.client_id else None
    return client.client_name if client else None


def url(interaction_id: str, user: User) -> str:
    """Where to sign in, after a one-time link was spent: the page names the account and asks for
    its password. A privileged account may set up its second factor there (R13, R20).
    """
    waiting = begin(interaction_id, user)
    enrolment_ticket.grant(user, waiting.id)
    return waiting_sign_in.url(waiting.id)


def begin(interaction_id: str, user: User) -> Interaction:
    """The sign-in, which expects this account and knows nothing of it yet."""
    waiting = _interaction(interaction_id)
    if waiting is None or waiting.kind == Kind.STEP_UP:
        waiting = _fresh()
    lifecycle.expect(waiting, user.id)
    return waiting


def _fresh() -> Interaction:
    here = opaque.digest(browser.ensure_binding())
    opening = Opening(Kind.SIGN_IN, Requirement(), here, return_to=waiting_sign_in.url(""))
    return lifecycle.open_interaction(opening)


def _interaction(interaction_id: str) -> Interaction | None:
    return db.session.get(Interaction, interaction_id) if interaction_id else None
