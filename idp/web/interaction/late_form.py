"""A form of the sign-in page that is sent when somebody else has signed in meanwhile, in another
tab. Nobody is taken for the account that was just typed or shown but its owner: the user is asked
which one it shall be, and what was sent is not looked at.
"""

from __future__ import annotations

from flask import Response

from idp.authentication import password
from idp.interaction import lifecycle
from idp.models import Kind
from idp.web.current import Visit
from idp.web.interaction.routes import to_dispatcher


def with_name(visit: Visit, typed: str) -> Response:
    """A name and a password. Sent twice, it goes on as before."""
    person, named = visit.situation.person, password.find_user(typed)
    is_somebody_else = named is None or person is None or named.id != person.id
    return _which(visit) if is_somebody_else else to_dispatcher(visit.interaction)


def with_passkey(visit: Visit) -> Response:
    """Whose it is, is not known; only who has proven something here is here by that."""
    return to_dispatcher(visit.interaction) if visit.situation.here else _which(visit)


def _which(visit: Visit) -> Response:
    if visit.interaction.kind != Kind.STEP_UP:  # which is about its own user
        lifecycle.ask_for_account(visit.interaction)
    return to_dispatcher(visit.interaction)
