"""Apps by the API: registered, changed by one of two editors, ended, with who did it and why."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import select

from idp.extensions import db
from idp.models import AuditEvent
from tests.http.api.conftest import Api, Program, problem
from tests.support.relying_party import RelyingParty

BECAUSE = {"reason": "asked for by its team"}
NEW = BECAUSE | {
    "template": "web",
    "metadata": {
        "client_name": "Photos",
        "client_name#fr": "Images",
        "redirect_uris": ["https://photos.example/cb"],
    },
}
CHECKED = {name: value for name, value in NEW.items() if name != "reason"}


@pytest.fixture
def owner(api: Api) -> Program:
    return api.person()


@pytest.fixture
def made(owner: Program) -> dict[str, Any]:
    """An app, and the version of it."""
    answer = owner.post("/clients", NEW)
    assert answer.status_code == 201, answer.json
    return answer.json | {"etag": answer.headers["ETag"], "url": answer.headers["Location"]}


def events(api: Api, type_: str) -> list[AuditEvent]:
    with api.a.app.app_context():
        found = select(AuditEvent).where(AuditEvent.type == type_).order_by(AuditEvent.id)
        return list(db.session.scalars(found))


def test_a_new_app_shows_its_secret_once_and_can_be_used(
    api: Api, owner: Program, made: dict[str, Any]
) -> None:
    rp = RelyingParty(owner.client, api.issuer, made["client_id"], made["client_secret"])
    answer = rp.token(grant_type="authorization_code", code="x", redirect_uri="x")
    assert answer.json["error"] == "invalid_grant", "the secret is good"
    path = f"/clients/{made['client_id']}"
    assert made["url"] == api.resource + path

    shown = owner.get(path)

    assert made["client_secret"] not in shown.text
    assert shown.headers["ETag"] == made["etag"]
    assert shown.json["metadata"]["client_name#fr"] == "Images"
    assert shown.json["metadata"]["grant_types"] == ["authorization_code", "refresh_token"]
    assert [one["newest"] for one in shown.json["secrets"]] == [True]


def test_what_is_wrong_is_told_at_its_place_and_nothing_is_made(api: Api, owner: Program) -> None:
    metadata = {"redirect_uris": ["https://a.example/cb#x"], "trusted": 1, "clientname": "x"}

    types = problem(owner.post("/clients", {"metadata": metadata, "extra": 1}), 422, "invalid")
    metadata |= {"trusted": True}
    unknown = problem(owner.post("/clients", {"metadata": metadata} | BECAUSE), 422, "invalid")
    del metadata["clientname"]
    rules = problem(owner.post("/client-checks", {"metadata": metadata}), 422, "invalid")

    assert {one["pointer"] for one in types["errors"]} >= {"/metadata/trusted", "/extra"}
    assert unknown["errors"] == [{"pointer": "/metadata/clientname", "detail": "is not known"}]
    assert [one["pointer"] for one in rules["errors"]] == ["/metadata/redirect_uris"]
    assert len(owner.get("/clients").json["items"]) == 1, "the one that asks"


def test_a_check_registers_nothing(owner: Program) -> None:
    assert owner.post("/client-checks", CHECKED).json == {"metadata_accepted": True}
    assert len(owner.get("/clients").json["items"]) == 1


def test_what_is_shown_can_be_sent_back_and_of_two_editors_the_second_is_told(
    api: Api, owner: Program, made: dict[str, Any]
) -> None:
    path, etag = f"/clients/{made['client_id']}", made["etag"]
    same = {"metadata": made["metadata"]} | BECAUSE
    renamed = {"metadata": made["metadata"] | {"client_name": "Pictures"}} | BECAUSE

    assert owner.put(path, same, If_Match=etag).headers["ETag"] == etag, "nothing has changed"
    first = owner.put(path, renamed, If_Match=etag)
    second = owner.put(path, same, If_Match=etag)

    assert first.json["metadata"]["client_name"] == "Pictures"
    assert first.headers["ETag"] not in {etag, None}
    problem(second, 412, "outdated")
    problem(owner.put(path, same), 428, "precondition-required")
    problem(owner.put(path, same, If_Match="*"), 400, "malformed")
    assert owner.get(path).json["metadata"]["client_name"] == "Pictures"
    last = events(api, "client_replaced")[-1]
    assert last.actor.startswith("user:")
    assert last.details["changed"] == ["client_name"]
    assert last.details["reason"] == BECAUSE["reason"]


def test_an_app_is_disabled_enabled_and_deleted_each_time_for_a_reason(
    api: Api, made: dict[str, Any]
) -> None:
    robot, path = api.machine("admin:clients"), f"/clients/{made['client_id']}"

    refused = problem(robot.post(f"{path}/disable", {"reason": " "}), 422, "invalid")
    assert refused["errors"][0]["pointer"] == "/reason"
    assert robot.post(f"{path}/disable", BECAUSE).json == {"changed": True}
    assert robot.post(f"{path}/disable", BECAUSE).json == {"changed": False}
    assert robot.get(path).json["enabled"] is False
    assert robot.post(f"{path}/enable", BECAUSE).json == {"changed": True}
    problem(robot.post(f"{path}/delete", BECAUSE), 428, "precondition-required")
    problem(robot.post(f"{path}/delete", BECAUSE, If_Match='"old"'), 412, "outdated")
    assert robot.post(f"{path}/delete", BECAUSE, If_Match=made["etag"]).json == {}
    problem(robot.get(path), 404, "not-found")
    (deleted,) = events(api, "client_deleted")
    assert deleted.actor == f"client:{robot.rp.client_id}"
    assert deleted.details["reason"] == BECAUSE["reason"]


def test_a_new_secret_stands_beside_the_old_one_until_that_is_ended(
    owner: Program, made: dict[str, Any]
) -> None:
    path = f"/clients/{made['client_id']}"

    new = owner.post(f"{path}/secrets", BECAUSE | {"overlap": 3600})

    assert new.status_code == 201
    assert new.json["client_secret"] not in {made["client_secret"], None}
    assert new.headers["ETag"] == made["etag"], "the registration is the same"
    assert [one["newest"] for one in new.json["secrets"]] == [True, False]
    assert owner.post(f"{path}/secrets/end-old", BECAUSE).json == {"changed": True}
    assert len(owner.get(path).json["secrets"]) == 1
    public = owner.post("/clients", NEW | {"template": "spa"}).json["client_id"]
    problem(owner.post(f"/clients/{public}/secrets", BECAUSE), 409, "conflict")


def test_pages_of_the_list_are_whole_although_apps_are_added_meanwhile(
    api: Api, owner: Program
) -> None:
    for number in range(7):
        api.a.client(client_name=f"App {number}")

    first = owner.get("/clients?limit=3&q=app")
    api.a.client(client_name="App late")
    found, link = [one["client_name"] for one in first.json["items"]], first.headers["Link"]
    while link:
        url = link.partition("<")[2].partition(">")[0]
        assert link.endswith('; rel="next"')
        page = owner.get(url.removeprefix(api.resource))
        found += [one["client_name"] for one in page.json["items"]]
        link = page.headers.get("Link", "")

    assert found == [f"App {number}" for number in range(6, -1, -1)]
    assert "next" not in page.json


def test_the_list_is_searched_and_narrowed_like_on_the_page(api: Api, owner: Program) -> None:
    api.a.client(client_name="Old one", pkce_waived=True)

    assert [
        one["client_name"] for one in owner.get("/clients?only=without-pkce").json["items"]
    ] == ["Old one"]
    assert owner.get("/clients?q=nothing+like+it").json["items"] == []
    wrong = problem(owner.get("/clients?limit=101&cursr=x&cursor=1"), 422, "invalid")
    assert {one["parameter"] for one in wrong["errors"]} == {"limit", "cursr", "cursor"}
    problem(owner.get("/clients?q=a&q=b"), 422, "invalid")


def test_what_became_of_requests_is_told_with_cause_and_fix(owner: Program, api: Api) -> None:
    rp = api.a.client()
    page = rp.client.get(
        rp.authorization_url(redirect_uri="https://app.example/wrong"), base_url=api.issuer
    )
    assert page.status_code == 400

    (told,) = owner.get(f"/clients/{rp.client_id}/requests").json["items"]

    assert told["outcome"] == "invalid_request"
    assert "compared byte for byte" in told["explanation"]["means"]
    assert told["differences"][0]["received"] == "https://app.example/wrong"
    assert owner.get(f"/requests?reference={told['reference']}").json["items"] == [told]
    shared = owner.call("POST", f"/requests/{told['id']}/links").json["url"]
    page = rp.client.get(shared.removeprefix(api.issuer), base_url=api.issuer)
    assert page.status_code == 200, "for whoever has the link"


@pytest.fixture
def overrides() -> dict[str, Any]:
    return {"traces": {"enabled": True}}


def test_a_change_is_foretold_from_the_last_requests_and_nothing_is_changed(
    owner: Program, api: Api
) -> None:
    rp = api.a.client()
    rp.client.get(rp.authorization_url(prompt="none"), base_url=api.issuer)
    path = f"/clients/{rp.client_id}"
    before = owner.get(path)
    moved = before.json["metadata"] | {"redirect_uris": ["https://app.example/elsewhere"]}

    told = owner.post(f"{path}/preview", {"metadata": moved}).json

    assert told["replayed"] > 0
    assert {one["outcome"] for one in told["consequences"]} == {"redirect-uri"}, told
    assert owner.get(path).headers["ETag"] == before.headers["ETag"]
