"""Programs that call the Admin API: `api.machine("admin:clients")`, `api.person(Role.OWNER)`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import select

from idp import origin
from idp.clients.metadata.administration import PATH, SCOPES
from idp.extensions import db
from idp.models import Role, User
from tests.http.oauth.conftest import Approver
from tests.support.browser import Browser
from tests.support.factories import EMAIL, Factory
from tests.support.relying_party import RelyingParty, answer

if TYPE_CHECKING:
    from flask.testing import FlaskClient
    from werkzeug.test import TestResponse

EVERYTHING = " ".join(SCOPES)


@dataclass
class Program:
    """Whoever holds a token, and the last answer."""

    client: FlaskClient
    issuer: str
    token: str
    rp: RelyingParty | None
    refresh_token: str | None = None

    def call(self, method: str, path: str, body: Any = None, **headers: str) -> TestResponse:
        """`If_Match="…"` becomes a header."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        sent = {"Authorization": f"Bearer {self.token}"} | named
        options = {"json": body} if body is not None else {}
        return self.client.open(
            PATH + path, method=method, headers=sent, base_url=self.issuer, **options
        )

    def refresh(self) -> None:
        """A new token, which rests on the same proofs."""
        self.token = self.rp.refresh(self.refresh_token).json["access_token"]

    def get(self, path: str, **headers: str) -> TestResponse:
        return self.call("GET", path, **headers)

    def post(self, path: str, body: Any = None, **headers: str) -> TestResponse:
        return self.call("POST", path, {} if body is None else body, **headers)

    def put(self, path: str, body: Any, **headers: str) -> TestResponse:
        return self.call("PUT", path, body, **headers)

    def delete(self, path: str, body: Any = None, **headers: str) -> TestResponse:
        return self.call("DELETE", path, body, **headers)


@dataclass
class Api:
    """The API of one provider."""

    a: Factory
    issuer: str

    @property
    def resource(self) -> str:
        return self.issuer + PATH

    def register(self, template: str = "machine", **metadata: Any) -> RelyingParty:
        """A client, as somebody on the provider's machine registers it."""
        origin.handing_out_roles()
        try:
            return self.a.client(template, **metadata)
        finally:
            origin.enter(origin.Origin())

    def machine(self, scope: str = EVERYTHING) -> Program:
        """It acts for itself."""
        rp = self.register(scope=scope, client_name="Robot")
        tokens = rp.token(grant_type="client_credentials", scope=scope, resource=self.resource)
        assert tokens.status_code == 200, tokens.json
        return self.program(tokens.json["access_token"], rp)

    def person(
        self,
        role: Role | None = Role.OWNER,
        *,
        scope: str = EVERYTHING,
        email: str = EMAIL,
        acr: str = "urn:idp:loa:2fa",
    ) -> Program:
        """A program that speaks for somebody who has just signed in with two factors."""
        app = self.a.app
        with app.app_context():
            wanted = User.email_addresses.any(canonical=email)
            known = db.session.scalars(select(User).where(wanted)).one_or_none()
        user = known or self.a.user(email)
        with app.app_context():
            db.session.get_one(User, user.id).role = role
            db.session.commit()
        rp = self.register("web", scope=f"openid {scope}", client_name="Console")
        approve = Approver(app, user, acr=acr)
        code = approve.code(rp, resource=self.resource, scope=f"openid {scope}")
        tokens = rp.exchange(code).json
        return self.program(tokens["access_token"], rp, tokens["refresh_token"])

    def in_browser(self, browser: Browser, *, scope: str = EVERYTHING) -> Program:
        """A program that speaks for whoever is signed in in this browser."""
        rp = self.register("web", scope=f"openid {scope}", client_name="Console")
        asked = {"resource": self.resource, "scope": f"openid {scope}"}
        browser.open(rp.authorization_url(**asked))
        browser.press("Allow")
        tokens = rp.exchange(answer(browser.left_for or "")["code"]).json
        return self.program(tokens["access_token"], rp, tokens["refresh_token"])

    def program(self, token: str, rp: RelyingParty | None = None, refresh: str = "") -> Program:
        """Whatever somebody takes for a token."""
        return Program(self.a.app.test_client(), self.issuer, token, rp, refresh)


@pytest.fixture
def api(a: Factory, settings) -> Api:
    """Of this test's provider."""
    return Api(a, settings.issuer)


def problem(refusal: TestResponse, status: int, slug: str) -> dict[str, Any]:
    """The refusal, which has to be this one."""
    told = refusal.get_json(silent=True)
    assert (refusal.status_code, refusal.mimetype) == (status, "application/problem+json"), told
    assert told["type"] == f"urn:idp:problem:{slug}", told
    assert told["status"] == status
    assert refusal.headers["Cache-Control"] == "no-store"
    return dict(told)
