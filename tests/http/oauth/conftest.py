"""A user whose interactions are always finished: `approve(rp)` is the answer to rp's request."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import pytest

from idp import clock as the_clock
from idp import models
from idp.authentication import browser_accounts
from idp.authentication import session as sessions
from idp.extensions import db, transaction
from idp.models import AuditEvent, TokenFamily
from idp.oauth import device_request, devices, server
from idp.oauth.approval import Approval
from idp.oauth.request import AuthorizationRequest
from idp.oauth.response import AuthorizationResponse
from tests.support.relying_party import RelyingParty, answer

if TYPE_CHECKING:
    from flask import Flask

    from tests.support.factories import Factory


@dataclass
class Approver:
    """Stands in for the pages: a signed-in user who allows everything."""

    app: Flask
    user: models.User
    acr: str | None = "urn:idp:loa:2fa"
    amr: tuple[str, ...] = ("pwd", "otp", "mfa")
    sessions: list[str] = field(default_factory=list)

    def __call__(self, rp: RelyingParty, **changes: Any) -> dict[str, str]:
        """The parameters of the authorization response in the query."""
        return answer(self.response(rp, **changes).location)

    def response(self, rp: RelyingParty, **changes: Any) -> AuthorizationResponse:
        """The authorization response as it is, wherever its parameters go."""
        with self.app.app_context(), transaction():
            request = server.accept(list(rp.parameters(**changes).items()))
            return server.answer(request, self._approval(request.scope))

    def let_in(self, user_code: str) -> None:
        """The same for a device."""
        with self.app.app_context(), transaction():
            device = devices.with_user_code(user_code)
            assert device is not None
            request = device_request.of_device(device)
            assert device_request.allow(request, self._approval(request.scope))

    def _approval(self, scope: tuple[str, ...]) -> Approval:
        session_id, _ = browser_accounts.begin(self.user.id, ())
        self.sessions.append(session_id)
        return Approval(
            user_id=self.user.id,
            session_id=session_id,
            sid=db.session.get_one(models.Session, session_id).sid,
            auth_time=the_clock.now(),
            acr=self.acr,
            amr=self.amr,
            event_ids=("event",),
            scope=scope,
        )

    def code(self, rp: RelyingParty, **changes: Any) -> str:
        return self(rp, **changes)["code"]

    def tokens(self, rp: RelyingParty, **changes: Any) -> dict[str, Any]:
        """The body of the token response."""
        response = rp.exchange(self.code(rp, **changes))
        assert response.status_code == 200, response.text
        body: dict[str, Any] = response.json
        return body

    def disable_user(self) -> None:
        with self.app.app_context(), transaction():
            db.session.get_one(models.User, self.user.id).disabled_at = the_clock.now()

    def end_session(self) -> None:
        with self.app.app_context(), transaction():
            sessions.end(self.sessions[-1])


@dataclass
class Records:
    """What is in the database."""

    app: Flask

    def events(self, type_: str) -> list[AuditEvent]:
        with self.app.app_context():
            found = db.session.query(AuditEvent).filter_by(type=type_).order_by(AuditEvent.id)
            return list(found)

    def families(self) -> list[TokenFamily]:
        with self.app.app_context():
            return list(db.session.query(TokenFamily))

    def count(self, model: type[models.Base]) -> int:
        with self.app.app_context():
            return db.session.query(model).count()


@pytest.fixture
def rp(a: Factory) -> RelyingParty:
    """A confidential client with the refresh grant."""
    return a.client()


@pytest.fixture
def spa(a: Factory) -> RelyingParty:
    """A public client with the refresh grant."""
    return a.client("spa")


@pytest.fixture
def approve(app: Flask, a: Factory) -> Approver:
    return Approver(app, a.user())


@pytest.fixture
def records(app: Flask) -> Records:
    return Records(app)


def refused(response: Any, status: int, error: str) -> None:
    """Exactly this status and code, as JSON that nothing may cache (RFC 6749 §5.2)."""
    assert (response.status_code, response.json["error"]) == (status, error)
    assert response.headers["Cache-Control"] == "no-store"
    assert set(response.json) <= {"error", "error_description"}


@pytest.fixture
def judged(app: Flask, rp: RelyingParty) -> Any:
    """`judged(prompt="login")`: rp's request, as the provider understood it."""

    def accept(asking: RelyingParty = rp, **changes: Any) -> AuthorizationRequest:
        pairs = [
            (name, value)
            for name, values in asking.parameters(**changes).items()
            for value in (values if isinstance(values, list) else [values])
        ]
        with app.app_context():
            return server.accept(pairs)

    return accept


def error_of(rp: RelyingParty, **changes: Any) -> str:
    """The error that a request with `prompt=none` is redirected with; its `iss` is checked too."""
    response = rp.client.get(rp.authorization_url(**({"prompt": "none"} | changes)))
    assert response.status_code == 303, response.text
    said = answer(response.headers["Location"])
    assert said["iss"] == rp.issuer
    assert "code" not in said
    return said["error"]
