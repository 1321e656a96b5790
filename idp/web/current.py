"""What the hooks found out about the request in hand: session, interaction, marker. One typed
place.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from flask import g

from idp.authentication.session import RecognisedSession
from idp.interaction.demand import Demand
from idp.interaction.facts import Situation
from idp.interaction.machine import Step
from idp.models import Interaction
from idp.web.access import Access


@dataclass(slots=True)
class Cookies:
    """Cookies to set with the answer, by name; None deletes."""

    changes: dict[str, tuple[str | None, int | None]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Visit:
    """A browser on a page of its own interaction."""

    interaction: Interaction
    demand: Demand
    situation: Situation
    step: Step


def access() -> Access | None:
    """The marker of the view that answers."""
    found: Access | None = g.get("access")
    return found


def session() -> RecognisedSession:
    """The session of a signed-in page; its guard has checked it."""
    found: RecognisedSession = g.recognised_session
    return found


def visit() -> Visit:
    """The visit of an interaction page; its guard has checked it."""
    found: Visit = g.visit
    return found


def cookies() -> Cookies:
    """The cookies that this answer will set."""
    if "cookies" not in g:
        g.cookies = Cookies()
    found: Cookies = g.cookies
    return found
