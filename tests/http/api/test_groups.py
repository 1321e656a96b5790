"""Groups, members and claims of one's own by the API."""

from __future__ import annotations

import pytest

from tests.http.api.conftest import Api, Program, problem
from tests.support.factories import EMAIL, Factory

BECAUSE = {"reason": "joined the team"}


@pytest.fixture
def robot(api: Api) -> Program:
    return api.machine("admin:groups admin:users.read")


def test_a_group_is_made_filled_changed_and_forgotten(a: Factory, robot: Program) -> None:
    ann = a.user().id

    made = robot.post("/groups", BECAUSE | {"name": "staff/eu", "roles": ["editor"]})
    assert (made.status_code, made.json["roles"]) == (201, ["editor"])
    problem(robot.post("/groups", BECAUSE | {"name": "staff/eu"}), 422, "invalid")
    path = made.headers["Location"].partition("/api/admin/v1")[2]
    assert robot.post(f"{path}/members", {"user_id": ann} | BECAUSE).json == {"changed": True}
    assert robot.post(f"{path}/members", {"user_id": ann} | BECAUSE).json == {"changed": False}

    assert [one["email"] for one in robot.get(f"{path}/members").json["items"]] == [EMAIL]
    told = robot.get(f"/users/{ann}/groups").json
    assert told == {"groups": ["staff/eu"], "roles": ["editor"]}
    etag = robot.get(path).headers["ETag"]
    assert etag == made.headers["ETag"]
    renamed = robot.put(path, BECAUSE | {"display_name": "Staff", "roles": []}, If_Match=etag)
    assert renamed.json == {"name": "staff/eu", "display_name": "Staff", "description": "",
                            "roles": []}  # fmt: skip
    problem(robot.put(path, BECAUSE | {"display_name": "Others"}, If_Match=etag), 412, "outdated")
    assert robot.post(f"{path}/members/{ann}/remove", BECAUSE).json == {"changed": True}
    newest = renamed.headers["ETag"]
    problem(robot.post(f"{path}/delete", BECAUSE, If_Match=etag), 412, "outdated")
    assert robot.post(f"{path}/delete", BECAUSE, If_Match=newest).json == {}
    assert robot.get("/groups").json == {"items": []}


def test_a_group_that_an_app_needs_stays(api: Api, robot: Program) -> None:
    etag = robot.post("/groups", BECAUSE | {"name": "staff"}).headers["ETag"]
    api.a.client(client_name="Payroll", allowed_groups=["staff"])

    refused = problem(robot.post("/groups/staff/delete", BECAUSE, If_Match=etag), 409, "conflict")

    assert "Payroll" in refused["detail"]


def test_claims_are_defined_and_set_and_no_protocol_claim_is_among_them(
    a: Factory, robot: Program
) -> None:
    ann = a.user().id
    badge = BECAUSE | {
        "name": "badge",
        "type": "number",
        "scope": "badges",
        "schema": {"minimum": 1},
    }

    made = robot.post("/claims", badge)
    assert (made.status_code, made.json["schema"]) == (201, {"minimum": 1}), made.json
    for reserved in ("sub", "acr", "email_verified"):
        refused = problem(robot.post("/claims", badge | {"name": reserved}), 422, "invalid")
        assert refused["errors"][0]["pointer"] == "/name"
    path = f"/users/{ann}/claims"
    etag = robot.get(path).headers["ETag"]
    wrong = robot.put(path, BECAUSE | {"values": {"badge": 0, "acr": "2"}}, If_Match=etag)
    pointers = {one["pointer"] for one in problem(wrong, 422, "invalid")["errors"]}
    assert pointers == {"/values/badge", "/values/acr"}
    assert robot.put(path, BECAUSE | {"values": {"badge": 7}}, If_Match=etag).json["changed"]
    problem(robot.put(path, BECAUSE | {"values": {}}, If_Match=etag), 412, "outdated")
    assert robot.get(path).json == {"values": {"badge": 7}}
