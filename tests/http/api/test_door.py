"""Who may call the Admin API: tokens that are meant for it, scopes, roles and fresh proofs."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from config import AccountSettings, Registration
from idp.authentication import session as sessions
from idp.clients import register
from idp.extensions import db, transaction
from idp.models import AuditEvent, Session, User
from idp.throttle import limits
from idp.throttle.limits import Subject, Window
from tests.http.api.conftest import EVERYTHING, Api, problem
from tests.support.browser import Browser
from tests.support.dpop import Prover, prover
from tests.support.factories import EMAIL, PASSWORD, Factory
from tests.support.relying_party import answer, claims
from tests.support.spec_matrix import spec


@pytest.fixture
def overrides() -> dict[str, Any]:
    return {"accounts": AccountSettings(registration=Registration.INVITATION)}


@spec("RFC 9068", "4")
@spec("RFC 6750", "2.1")
def test_a_machine_with_the_scope_is_answered(api: Api) -> None:
    robot = api.machine("admin:clients.read")

    answer = robot.get("/clients")

    assert (answer.status_code, answer.mimetype) == (200, "application/json")
    assert [one["client_name"] for one in answer.json["items"]] == ["Robot"]
    assert answer.headers["Cache-Control"] == "no-store"
    assert "Access-Control-Allow-Origin" not in answer.headers, "no page of another origin reads it"


@spec("RFC 9449", "4.3")
@pytest.mark.parametrize(
    ("path", "status"),
    [("/clients", 200), ("/claims/https%3A%2F%2Fteam.example%2Fbadge%20of%20%C3%A9", 404)],
)
def test_a_bound_token_comes_with_a_proof_of_the_address_as_it_was_sent(
    api: Api, path: str, status: int
) -> None:
    rp = api.register(scope=EVERYTHING)
    asked = {"grant_type": "client_credentials", "scope": EVERYTHING, "resource": api.resource}
    headers = rp.basic() | {"DPoP": prover().proof("POST", f"{api.issuer}/token")}
    token = rp.token(**asked, headers=headers).json["access_token"]
    proof = prover().proof("GET", api.resource + path, token)

    answer = api.program(token).get(path, Authorization=f"DPoP {token}", DPoP=proof)
    again = api.program(token).get(path, Authorization=f"DPoP {token}", DPoP=proof)

    assert answer.status_code == status
    problem(again, 401, "unauthenticated")
    problem(api.program(token).get(path), 401, "unauthenticated")


@spec("RFC 6750", "3.1")
@spec("RFC 9728", "5.1")
def test_who_brings_no_token_is_told_where_to_get_one_and_nothing_else(api: Api) -> None:
    answer = api.program("").call("GET", "/clients", Authorization="")

    problem(answer, 401, "unauthenticated")
    challenge = answer.headers["WWW-Authenticate"]
    assert "error=" not in challenge
    assert f'resource_metadata="{api.issuer}/.well-known/oauth-protected-resource' in challenge


@spec("RFC 9728", "2")
@spec("RFC 9728", "3.1")
def test_the_api_says_whose_tokens_it_takes_and_which_scopes_it_knows(api: Api) -> None:
    client = api.a.app.test_client()

    told = client.get("/.well-known/oauth-protected-resource/api/admin/v1", base_url=api.issuer)
    discovery = client.get("/.well-known/openid-configuration", base_url=api.issuer)

    assert told.json["resource"] == api.resource
    assert told.json["authorization_servers"] == [api.issuer]
    assert "admin:clients" in told.json["scopes_supported"]
    assert "admin:" not in str(discovery.json["scopes_supported"]), "no app needs to know them"


@spec("RFC 6750", "3.1")
def test_a_token_that_is_not_for_the_api_opens_nothing(api: Api) -> None:
    rp = api.register(scope="admin:clients", resources=["https://reports.example"])
    fields = {"grant_type": "client_credentials", "scope": "admin:clients"}
    for resource in ([], ["https://reports.example"], [api.resource, "https://reports.example"]):
        token = rp.token(**fields, resource=resource).json["access_token"]
        answer = api.program(token).get("/clients")
        problem(answer, 401, "unauthenticated")
        assert 'error="invalid_token"' in answer.headers["WWW-Authenticate"]


@spec("RFC 9068", "4")
def test_other_tokens_of_ours_open_nothing(api: Api) -> None:
    person = api.person()
    for text in ("", "x", person.token[:-3], f"{person.token}x", person.refresh_token):
        problem(api.program(text).get("/clients"), 401, "unauthenticated")
    basic = person.call("GET", "/clients", **person.rp.basic())
    problem(basic, 401, "unauthenticated")
    asked = person.client.get(
        f"/api/admin/v1/clients?access_token={person.token}", base_url=api.issuer
    )
    problem(asked, 401, "unauthenticated")


def test_a_session_of_a_browser_is_no_token(api: Api, a: Factory, browser: Browser) -> None:
    phone = a.administrator()
    browser.open("/admin/").submit(username="ann@example.com", password=PASSWORD)
    browser.submit(code=phone.code())
    assert browser.page == "admin"

    answer = browser.client.get("/api/admin/v1/clients", base_url=api.issuer)

    problem(answer, 401, "unauthenticated")


def test_what_a_token_hangs_on_is_asked_at_each_call(api: Api, a: Factory) -> None:
    def end_session(person: dict[str, str]) -> None:
        with a.app.app_context(), transaction():
            found = db.session.scalars(select(Session).filter_by(sid=person["sid"])).one()
            sessions.end(found.id)

    def revoke(token: str, rp: object) -> None:
        rp.client.post("/revoke", data={"token": token}, headers=rp.basic(), base_url=rp.issuer)

    revoked, over, robot = api.person(), api.person(), api.machine("admin:clients")
    stopped = api.machine("admin:clients")
    for program in (revoked, over, robot, stopped):
        assert program.get("/clients").status_code == 200
    revoke(revoked.token, revoked.rp)
    revoke(robot.token, robot.rp)
    end_session(claims(over.token))
    with a.app.app_context(), transaction():
        register.disable(stopped.rp.client_id)

    for program in (revoked, over, robot, stopped):
        problem(program.get("/clients"), 401, "unauthenticated")


def test_a_scope_that_was_taken_away_opens_nothing_any_more(api: Api) -> None:
    owner, robot = api.person(), api.machine("admin:clients.read")
    path = f"/clients/{robot.rp.client_id}"
    shown = owner.get(path)
    changed = shown.json["metadata"] | {"scope": "reports"}

    answer = owner.put(
        path, {"metadata": changed, "reason": "done"}, If_Match=shown.headers["ETag"]
    )

    assert answer.status_code == 200, answer.json
    refused = robot.get("/clients")
    problem(refused, 403, "insufficient-scope")
    assert 'scope="admin:clients.read"' in refused.headers["WWW-Authenticate"]


def test_a_role_that_was_taken_away_opens_nothing_any_more(api: Api, a: Factory) -> None:
    person = api.person()
    with a.app.app_context(), transaction():
        db.session.scalars(select(User)).one().role = None

    problem(person.get("/clients"), 403, "not-permitted")

    with a.app.app_context():
        refused = select(AuditEvent.details).where(AuditEvent.type == "administration_refused")
        assert db.session.scalars(refused).all() == [{"permission": "clients.read"}]


@spec("RFC 9470", "3")
def test_a_user_has_proven_two_factors_and_for_changes_a_moment_ago(api: Api, clock) -> None:
    weak, strong = api.person(acr="urn:idp:loa:1fa"), api.person()

    refused = weak.get("/clients")

    problem(refused, 401, "insufficient-user-authentication")
    challenge = refused.headers["WWW-Authenticate"]
    assert 'error="insufficient_user_authentication"' in challenge
    assert 'acr_values="urn:idp:loa:2fa", max_age="43200"' in challenge
    act = f"/clients/{weak.rp.client_id}/disable"
    clock.advance(minutes=16)
    strong.refresh()
    assert strong.get("/clients").status_code == 200, "looking goes on (R44)"
    stale = strong.post(act, {"reason": "x"})
    problem(stale, 401, "insufficient-user-authentication")
    assert 'max_age="900"' in stale.headers["WWW-Authenticate"]
    taking = strong.post("/user-exports", {"reason": "x"})
    problem(taking, 401, "insufficient-user-authentication")
    assert api.person().post(act, {"reason": "x"}).json == {"changed": True}


@spec("RFC 9470", "5")
def test_whoever_comes_for_the_api_is_asked_for_what_it_wants(
    a: Factory, api: Api, browser: Browser
) -> None:
    a.user()
    rp = api.register("web", scope="openid admin:clients", client_name="Console")
    console = {"resource": api.resource, "scope": "openid admin:clients"}
    assert browser.open(rp.authorization_url()).page == "sign-in"
    assert browser.submit(username=EMAIL, password=PASSWORD).page == "consent"

    assert browser.open(rp.authorization_url(**console)).page == "enrol-totp"
    told = answer(browser.open(rp.authorization_url(prompt="none", **console)).left_for)
    assert told["error"] == "interaction_required"


def test_tokens_that_are_none_are_refused_ever_more_shortly(api: Api) -> None:
    stranger, robot = api.program("guess"), api.machine("admin:clients.read")
    answers = {stranger.get("/clients").status_code for _ in range(60)}
    assert answers == {401}

    last = stranger.get("/clients")

    problem(last, 429, "too-many")
    assert 0 < int(last.headers["Retry-After"]) <= 60
    assert robot.get("/clients").status_code == 200, "a good token is not theirs to lock out"


def test_nobody_calls_without_end(api: Api, monkeypatch) -> None:
    few = (Window("admin_api.client", (Subject.CLIENT,), 3, timedelta(minutes=1)),)
    monkeypatch.setitem(limits.LIMITS, "admin_api", few)
    robot, other = api.machine("admin:clients.read"), api.machine("admin:clients.read")

    answers = [robot.get("/clients").status_code for _ in range(4)]

    assert answers == [200, 200, 200, 429]
    assert other.get("/clients").status_code == 200


def test_the_api_speaks_english(api: Api) -> None:
    invited = api.machine().post(
        "/invitations", {"email": "nobody", "reason": "x"}, Accept_Language="fr"
    )

    (wrong,) = problem(invited, 422, "invalid")["errors"]
    assert wrong == {"pointer": "/email", "detail": "Write an email address like name@example.com."}


@spec("RFC 9449", "7.1")
def test_a_token_that_is_bound_to_a_key_comes_with_its_proof(api: Api) -> None:
    rp = api.register(scope="admin:clients.read", client_name="Robot")
    at_token = {"DPoP": prover().proof("POST", f"{api.issuer}/token")} | rp.basic()
    asked = {"grant_type": "client_credentials", "resource": api.resource}
    token = rp.token(headers=at_token, **asked).json["access_token"]
    robot = api.program(token, rp)

    def call(by: Prover, scheme: str = "DPoP", method: str = "GET") -> Any:
        proof = by.proof(method, f"{api.resource}/clients", token)
        return robot.get("/clients", Authorization=f"{scheme} {token}", DPoP=proof)

    assert call(prover()).status_code == 200
    for refused in (
        call(prover(), scheme="Bearer"),
        call(prover(number=1)),
        call(prover(), method="POST"),
        robot.get("/clients"),
        robot.get("/clients", Authorization=f"DPoP {token}"),
    ):
        problem(refused, 401, "unauthenticated")
        assert 'error="invalid_dpop_proof"' in refused.headers["WWW-Authenticate"]
