"""The configuration by the API: taken along, looked at, and done as it was looked at, or not."""

from __future__ import annotations

from idp.accounts.groups import store
from idp.accounts.groups.proposed import ProposedGroup
from idp.accounts.invalid import Invalid
from tests.http.api.conftest import Api, problem

BECAUSE = {"reason": "as it was looked at"}


def test_what_was_taken_along_changes_nothing(api: Api) -> None:
    robot = api.machine("admin:clients admin:groups")

    taken = robot.get("/configuration").json
    plan = robot.post("/configuration/plan", {"configuration": taken, "others": "pruned"})

    assert list(taken["clients"]) == [robot.rp.client_id]
    assert plan.json == {"changes": []}


def test_what_was_looked_at_is_done_as_a_whole_or_not_at_all(api: Api) -> None:
    robot = api.machine("admin:clients admin:groups")
    photos = {"client_name": "Photos", "redirect_uris": ["https://photos.example/cb"]}
    asked = {
        "configuration": {
            "version": 1,
            "groups": {"staff": {"roles": ["editor"]}},
            "clients": {"photos": photos | {"allowed_groups": ["staff"]}},
        }
    }

    plan = robot.post("/configuration/plan", asked)
    assert [(one["action"], one["name"]) for one in plan.json["changes"]] == [
        ("create", "staff"),
        ("create", "photos"),
    ]
    seen = plan.headers["ETag"]
    api.a.client(client_name="Somebody else's")
    done = robot.post("/configuration/apply", asked | BECAUSE, If_Match=seen)

    assert [one["client_id"] for one in done.json["secrets"]] == ["photos"]
    assert robot.get("/clients/photos").json["metadata"]["allowed_groups"] == ["staff"]
    problem(robot.post("/configuration/apply", asked | BECAUSE, If_Match=seen), 412, "outdated")
    problem(robot.post("/configuration/apply", asked | BECAUSE), 428, "precondition-required")


def test_what_is_wrong_is_told_at_its_place_and_no_program_raises_itself(api: Api) -> None:
    robot = api.machine("admin:clients admin:groups")
    clients = {"x": {"client_name": ""}}
    asked = {"configuration": {"version": 1, "clients": clients, "groups": {"a b": {}}}}

    told = problem(robot.post("/configuration/plan", asked), 422, "invalid")

    pointers = {one["pointer"] for one in told["errors"]}
    assert "/configuration/clients/x/client_name" in pointers
    rising = {"client_name": "Y", "scope": "admin:users", "grant_types": ["client_credentials"]}
    asked = {"configuration": {"version": 1, "clients": {"y": rising}}}
    told = problem(robot.post("/configuration/plan", asked), 422, "invalid")
    assert told["errors"][0]["pointer"] == "/configuration/clients/y/scope"


def test_what_moves_meanwhile_leaves_nothing_behind(api: Api, monkeypatch) -> None:
    robot = api.machine("admin:clients admin:groups")
    asked = {"configuration": {"version": 1, "groups": {"a": {}, "b": {}}}}
    seen = robot.post("/configuration/plan", asked).headers["ETag"]
    made = store.create

    def faster(proposed: ProposedGroup) -> object:
        return made(proposed) if proposed.name == "a" else Invalid({"name": "taken"})

    monkeypatch.setattr(store, "create", faster)
    sent = {"If_Match": seen, "Idempotency_Key": "c"}
    problem(robot.post("/configuration/apply", asked | BECAUSE, **sent), 412, "outdated")

    assert robot.get("/groups").json == {"items": []}
    monkeypatch.undo()
    assert robot.post("/configuration/apply", asked | BECAUSE, **sent).status_code == 200
