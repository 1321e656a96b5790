"""The sign-in that waits in this browser while its user is away, choosing a password."""

from __future__ import annotations

from flask import url_for

from idp import clock, opaque
from idp.extensions import db
from idp.models import Interaction
from idp.web import browser


def known(interaction_id: str) -> str:
    """Its id while it is open and bound to this browser, else "": another browser has no use for
    it.
    """
    binding = browser.binding()
    found = db.session.get(Interaction, interaction_id) if interaction_id and binding else None
    if found is None or binding is None or found.browser_digest is None:
        return ""
    is_open = found.finished_at is None and found.expires_at > clock.now()
    is_here = opaque.same(found.browser_digest, opaque.digest(binding))
    return found.id if is_open and is_here else ""


def url(interaction_id: str) -> str:
    """Where signing in goes on; with nothing waiting, the account."""
    if not interaction_id:
        return url_for("account.overview")
    return url_for("interaction.dispatch", interaction_id=interaction_id)
