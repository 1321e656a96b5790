"""What the app would read: pages first, then `acr`, `amr`, claims and lifetimes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from idp import clock, demands
from idp.clients import registry
from idp.clients.registered import RegisteredClient
from idp.extensions import db, settings
from idp.interaction.machine import Step
from idp.models import User
from idp.oauth import (
    authorization,
    claims,
    oidc_core_id_token,
    person,
    rfc9068_jwt_access_token,
    rules,
)
from idp.oauth.authorization import Authorization
from idp.oauth.errors import ShownError
from idp.oauth.parameters import Received
from idp.oauth.request import AuthorizationRequest
from idp.oauth.subject import sub_of
from idp.what_if import imagined
from idp.what_if.imagined import Imagined
from idp.what_if.question import CHALLENGE, Impossible, Question
from idp.what_if.walk import Ending, Outcome, Walk, go

PROTOCOL_CLAIMS = frozenset({"iss", "sub", "aud", "auth_time", "acr", "amr"})
"""What an ID token says of the sign-in, and not of the person."""
_OF_THE_MOMENT = ("iat", "exp", "sid")
"""Made anew each time."""


@dataclass(frozen=True, slots=True)
class Lifetimes:
    """None: there would be none."""

    session: timedelta
    id_token: timedelta | None
    access_token: timedelta
    refresh_token: timedelta | None


@dataclass(frozen=True, slots=True)
class Answer:
    """`error` and `explanation`: of a sign-in that would fail."""

    ending: Ending
    steps: tuple[Step, ...] = ()
    error: str | None = None
    explanation: str | None = None
    acr: str | None = None
    amr: tuple[str, ...] = ()
    scope: tuple[str, ...] = ()
    id_token: Mapping[str, Any] = field(default_factory=dict)
    userinfo: Mapping[str, Any] = field(default_factory=dict)
    lifetimes: Lifetimes | None = None
    put_off_until: datetime | None = None
    """The second factor that a page offered has to be set up by then."""


def answer(question: Question) -> Answer | Impossible:
    """Reads; writes nothing."""
    user, client = db.session.get(User, question.user_id), registry.find(question.client_id)
    if user is None:
        return Impossible("user", "There is no such person.")
    if client is None:
        return Impossible("client", "There is no such app.")
    if "create" in question.parameters.get("prompt", "").split():
        return Impossible("prompt", "prompt=create is about people who have no account.")
    session = imagined.session_of(user, question.session) if question.session else None
    if isinstance(session, Impossible):
        return session
    request = _judged(question, client)
    if isinstance(request, Answer):
        return request
    requirement = request.requirement(clock.now())
    walk = Walk(user, request, requirement, Imagined(question.device), question.way, session)
    return _told(walk, go(walk))


HIDDEN = "•••"


def without_values(found: Answer) -> Answer:
    """Which claims would be told, and not what they say about the person."""
    return replace(found, id_token=_masked(found.id_token), userinfo=_masked(found.userinfo))


def _masked(told: Mapping[str, Any]) -> dict[str, Any]:
    return {name: told[name] if name in PROTOCOL_CLAIMS else HIDDEN for name in told}


def _judged(question: Question, client: RegisteredClient) -> AuthorizationRequest | Answer:
    """As it is judged when it is real, signed and pushed if it has to be, without a trace or an
    event.
    """
    try:
        asked = rules.pushed(_received(question, client.redirect_uris))
        return rules.judge_trusted(replace(asked, is_signed=True))
    except ShownError as error:
        return Answer(Ending.SHOWN, error=error.code, explanation=error.explanation)
    except rules.Refused as refused:
        text = refused.error.get_error_description()
        return Answer(Ending.REFUSED, error=refused.error.error, explanation=text)


def _received(question: Question, redirect_uris: tuple[str, ...]) -> Received:
    values = {
        "response_type": "code",
        "client_id": question.client_id,
        "redirect_uri": redirect_uris[0] if redirect_uris else "",
        "scope": "openid",
        "state": "what-if",
        "nonce": "what-if",
        "code_challenge": CHALLENGE,
        "code_challenge_method": "S256",
    }
    given = {name: value for name, value in question.parameters.items() if value}
    return Received(list((values | given).items()))


def _told(walk: Walk, outcome: Outcome) -> Answer:
    if outcome.situation is None or outcome.session is None:
        return Answer(outcome.ending, tuple(walk.steps), outcome.error)
    request, session = walk.request, outcome.session
    approval = demands.approval_of(request, walk.requirement, outcome.situation, session)
    granted = authorization.restored(
        authorization.document_of(approval, request.resource, request.claims.single),
        family_id="",
        user_id=walk.user.id,
        sub=sub_of(request.client, user_id=walk.user.id, sub=walk.user.sub),
        session_id=session.id,
        scope=" ".join(request.scope),
    )
    return Answer(
        outcome.ending,
        tuple(walk.steps),
        acr=granted.acr,
        amr=granted.amr,
        scope=granted.scope,
        id_token=_confirmed(walk, _id_token(request, granted)),
        userinfo=_confirmed(walk, _userinfo(granted)),
        lifetimes=_lifetimes(request, granted, session.expires_at),
        put_off_until=walk.put_off_until,
    )


def _id_token(request: AuthorizationRequest, granted: Authorization) -> dict[str, Any]:
    if "openid" not in granted.scope:
        return {}
    told = oidc_core_id_token.about_user(request.client, granted)
    told |= oidc_core_id_token.of_protocol(request.client, granted)
    return {name: value for name, value in told.items() if name not in _OF_THE_MOMENT}


def _userinfo(granted: Authorization) -> dict[str, Any]:
    if "openid" not in granted.scope:
        return {}
    wanted = authorization.claims_wanted(granted.document, "userinfo")
    about = person.read(granted.user_id, granted.sub)
    own = authorization.own_claims(granted.document)
    return claims.released(about, granted.scope, wanted, own)


def _confirmed(walk: Walk, told: dict[str, Any]) -> dict[str, Any]:
    """On the way there the address may have been confirmed."""
    if walk.records.has_confirmed_address and "email_verified" in told:
        told["email_verified"] = True
    return told


def _lifetimes(
    request: AuthorizationRequest, granted: Authorization, session_ends_at: datetime
) -> Lifetimes:
    tokens = settings().tokens
    is_renewed = "refresh_token" in request.client.grant_types
    longest = min(tokens.refresh_token_idle_lifetime, tokens.refresh_token_lifetime)
    return Lifetimes(
        session=session_ends_at - clock.now(),
        id_token=tokens.id_token_lifetime if "openid" in granted.scope else None,
        access_token=timedelta(seconds=rfc9068_jwt_access_token.lifetime_of(request.client)),
        refresh_token=longest if is_renewed else None,
    )
