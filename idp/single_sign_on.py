"""A judged authorization request meets the accounts that are signed in in its browser: what is
still to be asked, and the answer when nothing is (OIDC Core §3.1.2.3).
"""

from __future__ import annotations

from dataclasses import dataclass

from idp import demands, origin
from idp.authentication import session as sessions
from idp.authentication.requirement import Requirement
from idp.authentication.session import LiveSession
from idp.interaction.demand import Demand
from idp.interaction.facts import Situation, gather
from idp.interaction.machine import Step, next_step
from idp.oauth import oidc_prompt_create, server
from idp.oauth.request import AuthorizationRequest
from idp.oauth.response import AuthorizationResponse


@dataclass(frozen=True, slots=True)
class Meeting:
    """`step`: the page that this user needs, or FINISH."""

    request: AuthorizationRequest
    demand: Demand
    situation: Situation
    step: Step

    @property
    def is_settled(self) -> bool:
        """Nobody has to be asked anything."""
        return (
            self.step is Step.FINISH
            and self.situation.session is not None
            and not oidc_prompt_create.begins_with_registration(self.request.prompt)
        )


def meet(
    request: AuthorizationRequest, requirement: Requirement, in_browser: tuple[LiveSession, ...]
) -> Meeting:
    """Writes nothing."""
    demand = demands.of_request(request, requirement)
    situation = gather(demand, in_browser, None)
    return Meeting(request, demand, situation, next_step(situation.facts))


def note_presence(meeting: Meeting) -> None:
    """Whoever is signed in acts from here on, and is still there."""
    session = meeting.situation.session
    if session is not None:
        origin.acting_as(f"user:{session.user_id}", session.sid)
        sessions.touch(session)


def answer(meeting: Meeting) -> AuthorizationResponse:
    """What a settled request has earned. Raises `LookupError` of any other."""
    session = meeting.situation.session
    if session is None:
        raise LookupError("an answer needs a session")
    requirement = meeting.demand.requirement
    approval = demands.approval_of(meeting.request, requirement, meeting.situation, session)
    return server.answer(meeting.request, approval)
