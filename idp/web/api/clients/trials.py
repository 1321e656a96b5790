"""Test sign-ins: the real flow as an app, with every hop and token told; tokens themselves are
never shown and are revoked at once.

The flow goes through the browser of the token's user and ends on a page there. No other browser can
open it: a code that comes to us is nobody's but theirs (docs/decisions/0024).
"""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any, Literal
from urllib.parse import urlencode

from pydantic import Field

from idp.accounts.permissions import Permission
from idp.authentication import session
from idp.clients.registered import RegisteredClient
from idp.extensions import settings
from idp.oauth import trial, trial_run
from idp.web import bearer
from idp.web.access import Reach
from idp.web.api.answering import Answer
from idp.web.api.clients.show import changeable
from idp.web.api.model import Model
from idp.web.api.operation import blueprint, operation
from idp.web.problems import Kind, Refused

WRITES = Permission.OWN_CLIENT_WRITE


class State(StrEnum):
    """How far it is."""

    WAITING = "waiting"
    FINISHED = "finished"


class NewTrial(Model):
    """What is asked for, and as whom."""

    scope: str = Field("", max_length=trial.LONGEST_SCOPE)
    acr_values: Literal["", "urn:idp:loa:1fa", "urn:idp:loa:2fa", "phr"] = ""
    prompt: Literal["", "select_account", "login", "consent"] = ""
    client_secret: str | None = Field(
        None,
        max_length=1024,
        description="Of a program without users, to be checked; without it we vouch for the app. "
        "A sign-in asks for it in the browser.",
    )


class Hop(Model):
    """A request to one of our endpoints and its answer. Of secrets the length is told."""

    endpoint: str
    sent: list[tuple[str, str]]
    status: int
    answer: dict[str, Any]


class Check(Model):
    """What an app has to check."""

    name: str
    holds: bool
    detail: str


class TakenApart(Model):
    """A JWT without its signature."""

    header: dict[str, Any]
    claims: dict[str, Any]


class Told(Model):
    """What came out."""

    outcome: str = Field(description="ok, check_failed, or the error of the token endpoint.")
    sub: str | None = None
    hops: list[Hop]
    checks: list[Check]
    id_token: TakenApart | None = None
    access_token: TakenApart | None = None
    dropped: list[str] = Field(description="Scopes that were asked for and not given.")


class Trial(Model):
    """One of the caller's. `id` is missing where nothing has to be waited for."""

    id: str | None = None
    state: State
    url: str | None = Field(
        None, description="For the browser in which the token's user is signed in."
    )
    ends_at: datetime | None = Field(None, description="What it tells is forgotten then.")
    told: Told | None = None


@operation(
    "POST", "/clients/<path:client_id>/trials", WRITES, body=NewTrial, answer=Trial, status=201,
    refuses=(Kind.OUT_OF_REACH, Kind.CONFLICT), reach=Reach.THIS_CLIENT,
)  # fmt: skip
def begin_trial(client_id: str, given: NewTrial) -> Answer:
    """Try an app: a program without users at once, a sign-in in the browser of the token's user.

    The browser ends on a page with what came back; its button exchanges the code, and what that
    told can be read here afterwards.
    """
    found = changeable(client_id)
    if not trial.is_possible(found):
        raise Refused(Kind.CONFLICT, "It is disabled, or has no grant that can be tried.")
    scope = " ".join(given.scope.split())
    if not trial.needs_browser(found):
        run = trial_run.as_machine(found, scope, given.client_secret)
        return Answer(Trial(state=State.FINISHED, told=Told(**run.as_document())))
    return _sent_to_browser(found, given, scope)


@operation(
    "GET", "/clients/<path:client_id>/trials/<trial_id>", WRITES, answer=Trial,
    refuses=(Kind.OUT_OF_REACH,), reach=Reach.THIS_CLIENT,
)  # fmt: skip
def read_trial(client_id: str, trial_id: str) -> Answer:
    """How far a test sign-in of the token's user is, and what it told."""
    found, user = changeable(client_id), bearer.caller().user
    begun = trial.begun_by(user.id, found, trial_id) if user else None
    if begun is None:
        raise Refused(Kind.NOT_FOUND)
    told = Told(**begun.told) if begun.told is not None else None
    state = State.FINISHED if told else State.WAITING
    return Answer(Trial(id=trial_id, state=state, ends_at=begun.ends_at, told=told))


def _sent_to_browser(client: RegisteredClient, given: NewTrial, scope: str) -> Answer:
    who = bearer.caller()
    session_id = session.live_id(who.sid, who.user.id) if who.user else None
    if who.user is None or session_id is None:
        raise Refused(
            Kind.CONFLICT, "It needs a token of a user who is still signed in in a browser."
        )
    asked = {"scope": scope, "acr_values": given.acr_values, "prompt": given.prompt}
    begun = trial.begin(client, user_id=who.user.id, session_id=session_id, asked=asked)
    shown = Trial(
        id=begun.id,
        state=State.WAITING,
        url=f"{settings().issuer}/authorize?{urlencode(list(begun.parameters()))}",
        ends_at=begun.ends_at,
    )
    here = f"{blueprint.url_prefix}/clients/{client.client_id}/trials/{begun.id}"
    return Answer(shown, location=here)
