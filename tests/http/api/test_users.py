"""People by the API: found, invited, helped, and never with a secret of theirs."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import select

from config import AccountSettings, Registration
from idp import clock as the_clock
from idp.extensions import db
from idp.jobs import import_people
from idp.models import AuditEvent, Role
from tests.http.api.conftest import Api, Program, problem
from tests.support.factories import EMAIL, Factory
from tests.support.mailbox import Mailbox

BECAUSE = {"reason": "called the help desk"}


@pytest.fixture
def overrides() -> dict[str, Any]:
    return {"accounts": AccountSettings(registration=Registration.INVITATION)}


@pytest.fixture
def robot(api: Api) -> Program:
    return api.machine("admin:users")


def newest(a: Factory, type_: str) -> AuditEvent:
    with a.app.app_context():
        found = select(AuditEvent).where(AuditEvent.type == type_).order_by(AuditEvent.id.desc())
        return db.session.scalars(found).first()


def test_a_person_is_shown_without_any_secret(a: Factory, robot: Program) -> None:
    ann = a.user()
    secret = a.phone(ann).secret

    (found,) = robot.get(f"/users?q={EMAIL[:5]}").json["items"]
    shown = robot.get(f"/users/{ann.id}")

    assert found == shown.json
    assert (shown.json["authenticator_apps"], shown.json["enabled"]) == (1, True)
    assert secret not in shown.text
    assert robot.get(f"/users/{ann.id}/sessions").json == {"items": []}
    problem(robot.get("/users/nobody"), 404, "not-found")


def test_acts_say_whether_they_changed_anything_and_keep_who_and_why(
    a: Factory, robot: Program
) -> None:
    ann = a.user().id

    for act, answers in {
        "disable": [True, False],
        "reset-password": [False],
        "enable": [True, False],
        "sign-out": [True],
        "unlock": [False],
    }.items():
        for changed in answers:
            assert robot.post(f"/users/{ann}/{act}", BECAUSE).json == {"changed": changed}, act
    disabled = newest(a, "user_disabled")
    assert disabled.actor == f"client:{robot.rp.client_id}"
    assert disabled.details == BECAUSE


def test_a_password_link_goes_to_the_person_and_to_nobody_else(
    a: Factory, robot: Program, mailbox: Mailbox
) -> None:
    ann = a.user().id

    answer = robot.post(f"/users/{ann}/reset-password", BECAUSE)

    assert answer.json == {"changed": True}
    assert mailbox.newest(EMAIL).link not in answer.text


def test_an_invitation_is_mailed_once_however_often_it_is_sent(
    robot: Program, mailbox: Mailbox
) -> None:
    for _ in range(2):
        answer = robot.post(
            "/invitations", BECAUSE | {"email": "new@example.com"}, Idempotency_Key="i"
        )
        assert answer.status_code == 201
        assert answer.json.keys() == {"email", "expires_at"}

    assert len(mailbox.subjects()) == 1


def test_a_role_is_chosen_from_what_was_seen_and_the_last_owner_stays(api: Api) -> None:
    owner, ann = api.person(email="own@example.com"), api.a.user()
    path, chosen = f"/users/{ann.id}", BECAUSE | {"role": "auditor"}
    seen = owner.get(path).headers["ETag"]

    assert owner.put(f"{path}/role", chosen, If_Match=seen).json == {"changed": True}
    problem(owner.put(f"{path}/role", BECAUSE | {"role": None}, If_Match=seen), 412, "outdated")
    assert owner.get(path).json["role"] == Role.AUDITOR
    (me,) = owner.get("/users?q=own@example.com").json["items"]
    mine = owner.get(f"/users/{me['id']}").headers["ETag"]
    last = owner.put(f"/users/{me['id']}/role", BECAUSE | {"role": None}, If_Match=mine)
    assert problem(last, 409, "conflict")["detail"] == "This is the only owner."
    problem(owner.post(f"/users/{me['id']}/disable", BECAUSE), 409, "conflict")


def test_a_reset_of_factors_takes_two_people_and_programs_are_none(
    api: Api, robot: Program
) -> None:
    ann = api.a.user()
    api.a.phone(ann)
    path = f"/users/{ann.id}/factor-reset"
    sue = api.person(Role.SUPPORT, email="sue@example.com")
    tom = api.person(Role.SUPPORT, email="tom@example.com")

    problem(robot.get(path), 404, "not-found")
    assert sue.post(path, BECAUSE).json == {"changed": True}
    problem(sue.post(f"{path}/approve", BECAUSE), 409, "conflict")
    problem(robot.post(f"{path}/approve", BECAUSE), 409, "conflict")
    assert robot.get(path).json["waiting"] is True
    assert tom.post(f"{path}/approve", BECAUSE).json == {"changed": True}
    assert robot.get(path).json["waiting"] is False
    assert robot.post(f"{path}/cancel", BECAUSE).json == {"changed": True}


def test_people_come_from_a_file_after_a_look_and_are_taken_along_with_a_reason(
    api: Api, a: Factory
) -> None:
    robot = api.machine("admin:users.bulk admin:users.read")
    file = "email,name\nnew@example.com,New One\nnot an address,X\n"
    wanted = BECAUSE | {"format": "csv", "content": file}

    made = robot.post("/user-imports", wanted, Idempotency_Key="i")
    assert (made.status_code, made.json["state"]) == (201, "checking"), made.json
    path = f"/user-imports/{made.json['id']}"
    for state in ("checked", "done"):
        with a.app.app_context():
            import_people.run(the_clock.now())
        assert robot.get(path).json["state"] == state
        robot.call("POST", f"{path}/confirm")

    assert [one["row"] for one in robot.get(f"{path}/problems").json["items"]] == [3]
    assert robot.get("/users?q=new@").json["items"][0]["name"] == "New One"
    taken = robot.post("/user-exports", BECAUSE)
    assert taken.mimetype == "application/x-ndjson"
    assert "new@example.com" in taken.text
    assert newest(a, "people_exported").details["reason"] == BECAUSE["reason"]


def test_what_if_tells_pages_and_names_of_claims_but_no_values(api: Api, a: Factory) -> None:
    robot, ann, rp = api.machine("admin:users.read admin:clients.read"), a.user(), a.client()
    asked = {"user_id": ann.id, "client_id": rp.client_id, "request": {"scope": "openid email"}}

    told = robot.post("/what-if", asked)

    assert told.json["steps"][0] == "sign-in", told.json
    assert "email" in told.json["userinfo"]
    assert EMAIL not in told.text
