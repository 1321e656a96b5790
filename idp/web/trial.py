"""Which trial a request belongs to: one that an administrator has begun in this very browser."""

from __future__ import annotations

from idp.accounts import app_people, permissions
from idp.accounts.permissions import Permission
from idp.authentication.session import LiveSession
from idp.extensions import db
from idp.models import User
from idp.oauth import trial
from idp.oauth.parameters import Parameters
from idp.oauth.trial import Trial
from idp.web import browser


def of_this_browser(parameters: Parameters) -> Trial | None:
    """None: an ordinary request. Nobody's database is asked about one that does not name our own
    address, which no app can.
    """
    given = dict(parameters)
    if given.get("redirect_uri") != trial.redirect_uri():
        return None
    return open_here(given.get("state", ""))


def open_here(state: str) -> Trial | None:
    """The trial of this state, if whoever began it is still signed in here, and still may."""
    found = trial.find(state)
    if found is None or tried_by(found) is None or not _may(found):
        return None
    return found


def tried_by(found: Trial) -> LiveSession | None:
    """The administrator's own session in this browser, whoever else is signed in beside it."""
    return next((one for one in browser.signed_in() if one.id == found.session_id), None)


def _may(found: Trial) -> bool:
    user = db.session.get(User, found.user_id)
    verbs = permissions.of(user.role) if user else frozenset()
    theirs = permissions.of_standing(app_people.standing_of(found.user_id, found.client_id))
    return Permission.OWN_CLIENT_WRITE in verbs | theirs
