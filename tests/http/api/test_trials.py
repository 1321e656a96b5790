"""Test sign-ins by the API: begun by a program, carried out in its user's browser, told to it."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import select

from idp.extensions import db
from idp.models import AuditEvent
from tests.http.admin.conftest import sign_in
from tests.http.api.conftest import Api, Program, problem
from tests.support.browser import Browser
from tests.support.databases import EngineKind
from tests.support.factories import Factory
from tests.support.relying_party import RelyingParty

FAST = pytest.mark.parametrize("engine_kind", [EngineKind.SQLITE], indirect=True)


@pytest.fixture
def rp(a: Factory) -> RelyingParty:
    return a.client(scope="openid email")


@pytest.fixture
def owner(a: Factory, browser: Browser) -> Browser:
    return sign_in(browser, a.administrator())


def begin(program: Program, rp: RelyingParty, **asked: Any) -> dict[str, Any]:
    answer = program.post(f"/clients/{rp.client_id}/trials", {"scope": "openid email"} | asked)
    assert answer.status_code == 201, answer.json
    told: dict[str, Any] = answer.json
    return told


def test_a_program_begins_it_its_user_signs_in_and_every_hop_is_told(
    a: Factory, api: Api, owner: Browser, rp: RelyingParty
) -> None:
    program = api.in_browser(owner)
    trial = begin(program, rp, scope="openid email reports:read")
    path = f"/clients/{rp.client_id}/trials/{trial['id']}"
    assert program.get(path).json["state"] == "waiting"

    owner.open(trial["url"].removeprefix(api.issuer))
    if owner.page == "consent":
        owner.press("Allow")
    assert owner.page == "admin-trial-answer", owner.text[:300]
    owner.press("Exchange the code")

    found = program.get(path).json
    assert (found["state"], found["told"]["outcome"]) == ("finished", "ok")
    assert [one["endpoint"] for one in found["told"]["hops"]] == ["/token", "/userinfo"]
    assert all(one["holds"] for one in found["told"]["checks"])
    assert found["told"]["id_token"]["claims"]["aud"] == rp.client_id
    assert found["told"]["dropped"] == ["reports:read"]
    assert "eyJ" not in program.get(path).text, "no token is shown"
    other = api.person(email="bea@example.com")
    problem(other.get(path), 404, "not-found")


def test_what_it_told_is_forgotten_after_ten_minutes(
    api: Api, owner: Browser, rp: RelyingParty, clock
) -> None:
    program = api.in_browser(owner)
    trial = begin(program, rp)
    clock.advance(minutes=11)
    program.refresh()

    gone = program.get(f"/clients/{rp.client_id}/trials/{trial['id']}")

    problem(gone, 404, "not-found")


@FAST
def test_who_has_no_browser_tries_programs_only(api: Api, a: Factory, rp: RelyingParty) -> None:
    robot, machine = api.machine("admin:clients"), a.client("machine", scope="reports:read")

    problem(robot.post(f"/clients/{rp.client_id}/trials"), 409, "conflict")
    tried = begin(robot, machine, scope="reports:read")
    wrong = begin(robot, machine, client_secret="wrong")

    assert (tried["state"], tried["told"]["outcome"]) == ("finished", "ok")
    assert wrong["told"]["outcome"] == "invalid_client"
    problem(robot.post(f"/clients/{robot.rp.client_id}/trials"), 403, "out-of-reach")
    with a.app.app_context():
        ended = select(AuditEvent.actor).where(AuditEvent.type == "trial_sign_in_ended")
        assert set(db.session.scalars(ended)) == {f"client:{robot.rp.client_id}"}
