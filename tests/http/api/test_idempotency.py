"""`Idempotency-Key`: a creation that is sent again is done once and answered as before."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select

from idp import clock as the_clock
from idp.extensions import db
from idp.jobs import purge
from idp.models import Client, IdempotentRequest
from tests.http.api.conftest import Api, Program, problem
from tests.support.race import at_once

NEW: dict[str, Any] = {
    "template": "machine",
    "metadata": {"client_name": "Nightly"},
    "reason": "a job",
}


def made(api: Api) -> int:
    with api.a.app.app_context():
        found = select(Client).where(Client.client_name == "Nightly")
        return len(db.session.scalars(found).all())


def kept(api: Api) -> list[IdempotentRequest]:
    with api.a.app.app_context():
        return list(db.session.scalars(select(IdempotentRequest)))


def test_the_same_request_gets_the_same_answer_and_its_secret_rests_sealed(api: Api) -> None:
    robot = api.machine("admin:clients")
    other_order = {name: NEW[name] for name in reversed(NEW)}

    first = robot.post("/clients", NEW, Idempotency_Key="a-1")
    again = robot.post("/clients", other_order, Idempotency_Key="a-1")

    assert (first.status_code, again.status_code) == (201, 201)
    assert again.data == first.data
    for name in ("ETag", "Location"):
        assert again.headers[name] == first.headers[name]
    assert "Idempotency-Replayed" not in first.headers
    assert again.headers["Idempotency-Replayed"] == "true"
    assert made(api) == 1
    (row,) = kept(api)
    assert first.json["client_secret"].encode() not in (row.response or b"")


def test_a_key_is_its_callers_own_and_good_for_one_request(api: Api) -> None:
    robot, other = api.machine("admin:clients"), api.machine("admin:clients")
    robot.post("/clients", NEW, Idempotency_Key="a-1")

    changed = robot.post("/clients", NEW | {"template": "web"}, Idempotency_Key="a-1")
    elsewhere = robot.post(
        "/invitations", {"email": "a@example.com", "reason": "x"}, Idempotency_Key="a-1"
    )
    stranger = other.post("/clients", NEW, Idempotency_Key="a-1")

    problem(changed, 422, "key-reused")
    problem(elsewhere, 403, "insufficient-scope")
    assert stranger.status_code == 201
    assert made(api) == 2
    problem(robot.post("/clients", NEW, Idempotency_Key="a b"), 400, "malformed")


def test_a_refusal_frees_the_key_for_a_better_try(api: Api) -> None:
    robot = api.machine("admin:clients")
    wrong = NEW | {"metadata": {"client_name": ""}}

    problem(robot.post("/clients", wrong, Idempotency_Key="a-1"), 422, "invalid")

    assert kept(api) == []
    assert robot.post("/clients", NEW, Idempotency_Key="a-1").status_code == 201


def test_a_lost_token_does_not_get_the_answer_again(api: Api) -> None:
    robot = api.machine("admin:clients")
    robot.post("/clients", NEW, Idempotency_Key="a-1")
    robot.client.post(
        "/revoke", data={"token": robot.token}, headers=robot.rp.basic(), base_url=api.issuer
    )

    again = robot.post("/clients", NEW, Idempotency_Key="a-1")

    problem(again, 401, "unauthenticated")


def test_of_many_at_once_one_acts_and_nobody_gets_another_answer(api: Api) -> None:
    robot = api.machine("admin:clients")

    def send() -> Any:
        program = Program(api.a.app.test_client(), api.issuer, robot.token, None)
        return program.post("/clients", NEW, Idempotency_Key="race")

    answers = at_once(6, send)

    assert made(api) == 1
    created = [one for one in answers if one.status_code == 201]
    assert created
    assert len({one.data for one in created}) == 1
    for one in answers:
        if one not in created:
            problem(one, 409, "in-progress")
            assert int(one.headers["Retry-After"]) >= 1
    assert send().data == created[0].data


def test_whoever_died_with_a_key_gives_it_back_after_a_minute(api: Api, clock, monkeypatch) -> None:
    robot = api.machine("admin:clients")
    with monkeypatch.context() as broken:
        broken.setattr("idp.clients.register.enter", lambda _proposed: 1 / 0)
        problem(robot.post("/clients", NEW, Idempotency_Key="a-1"), 500, "failed")
    assert made(api) == 0

    problem(robot.post("/clients", NEW, Idempotency_Key="a-1"), 409, "in-progress")
    clock.advance(seconds=61)
    assert robot.post("/clients", NEW, Idempotency_Key="a-1").status_code == 201
    assert made(api) == 1


def test_after_a_day_nothing_of_it_is_kept(api: Api, clock) -> None:
    api.machine("admin:clients").post("/clients", NEW, Idempotency_Key="a-1")

    clock.advance(hours=24, seconds=1)
    with api.a.app.app_context():
        purge.run(the_clock.now())

    assert kept(api) == []
    robot = api.machine("admin:clients")
    assert robot.post("/clients", NEW, Idempotency_Key="a-1").status_code == 201
