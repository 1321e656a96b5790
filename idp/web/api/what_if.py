"""What if: which pages somebody is shown on the way to an app, and what the app would be told. The
claims by name; with their values only for whoever may change the account, who is written down.
"""

from __future__ import annotations

from dataclasses import asdict
from datetime import timedelta
from typing import Any

from pydantic import Field

from idp import audit, what_if
from idp.accounts.permissions import Permission
from idp.audit import catalogue
from idp.authentication.evidence import Method
from idp.interaction.machine import Step
from idp.web import problems
from idp.web.api.answering import Answer
from idp.web.api.model import ROW_ID, Model
from idp.web.api.operation import operation
from idp.web.api.users.show import within_reach
from idp.web.problems import Fault, Kind, Refused
from idp.what_if import Device, Ending, Impossible, Question, SignedIn, Way

_MONTH = 30 * 24 * 60


class ImaginedSession(Model):
    """A session that was begun so long ago, in use since."""

    minutes: int = Field(ge=0, le=_MONTH)
    proofs: list[Method] = Field(min_length=1, max_length=4)


class ImaginedRequest(Model):
    """Parameters that change what is asked or told."""

    scope: str = Field("", max_length=1000)
    prompt: str = Field("", max_length=100)
    max_age: str = Field("", max_length=20)
    acr_values: str = Field("", max_length=200)
    claims: str = Field("", max_length=2000)


class ImaginedSignIn(Model):
    """Who, at which app, in what browser, by what request."""

    user_id: str = Field(pattern=ROW_ID)
    client_id: str = Field(min_length=1, max_length=255)
    device: Device = Device.NEW
    way: Way = Way.PASSWORD
    session: ImaginedSession | None = None
    request: ImaginedRequest = Field(default_factory=ImaginedRequest)


class Foretold(Model):
    """What would happen."""

    ending: Ending
    steps: list[Step]
    error: str | None = None
    explanation: str | None = None
    acr: str | None = None
    amr: list[str]
    scope: list[str]
    id_token: dict[str, Any]
    userinfo: dict[str, Any]
    lifetimes: dict[str, int] = Field(description="In seconds, of what there would be.")


@operation(
    "POST", "/what-if", Permission.USERS_READ, body=ImaginedSignIn, answer=Foretold,
    besides=(Permission.CLIENTS_READ,),
)  # fmt: skip
def foretell_sign_in(given: ImaginedSignIn) -> Answer:
    """Say what would happen if a person signed in to an app. Nothing is written."""
    return _shown(what_if.without_values(_answered(given)))


@operation(
    "POST", "/what-if/values", Permission.USERS_WRITE, body=ImaginedSignIn, answer=Foretold,
    besides=(Permission.CLIENTS_READ,), refuses=(Kind.OUT_OF_REACH, Kind.NOT_FOUND),
)  # fmt: skip
def foretell_claims(given: ImaginedSignIn) -> Answer:
    """What if, with what the claims say of the person. That somebody read them is written down."""
    user, told = within_reach(given.user_id), _answered(given)
    audit.record(catalogue.ClaimsShown(user_id=user.id, client_id=given.client_id))
    return _shown(told)


def _answered(given: ImaginedSignIn) -> what_if.Answer:
    found = what_if.answer(_question(given))
    if isinstance(found, Impossible):
        raise Refused(Kind.INVALID, None, Fault(found.reason, problems.pointer(found.field)))
    return found


def _shown(told: what_if.Answer) -> Answer:
    lives = asdict(told.lifetimes) if told.lifetimes else {}
    shown = Foretold(
        ending=told.ending,
        steps=list(told.steps),
        error=told.error,
        explanation=told.explanation,
        acr=told.acr,
        amr=list(told.amr),
        scope=list(told.scope),
        id_token=dict(told.id_token),
        userinfo=dict(told.userinfo),
        lifetimes={name: int(one.total_seconds()) for name, one in lives.items() if one},
    )
    return Answer(shown)


def _question(given: ImaginedSignIn) -> Question:
    session = given.session
    return Question(
        user_id=given.user_id,
        client_id=given.client_id,
        device=given.device,
        way=given.way,
        session=SignedIn(timedelta(minutes=session.minutes), tuple(session.proofs))
        if session
        else None,
        parameters=given.request.model_dump(),
    )
