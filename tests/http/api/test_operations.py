"""Log, evidence, keys, mail, settings and findings by the API."""

from __future__ import annotations

import json

from idp.models import Role
from tests.http.api.conftest import Api, problem
from tests.support.browser import Browser
from tests.support.factories import EMAIL, PASSWORD, Factory
from tests.support.relying_party import answer as parameters
from tests.support.relying_party import claims

BECAUSE = {"reason": "quarterly"}


def test_the_log_is_read_page_by_page_narrowed_and_taken_along(api: Api, a: Factory) -> None:
    robot = api.machine("admin:audit.read")
    for number in range(3):
        a.client(client_name=f"App {number}")

    path = "/audit/events?type=client_registered&limit=2"
    first = robot.get(path).json
    second = robot.get(f"{path}&cursor={first['next']}").json
    names = [one["details"]["client_name"] for one in first["items"] + second["items"]]
    assert names == ["App 2", "App 1", "App 0", "Robot"]
    assert robot.get("/audit/events?since=2999-01-01T00:00:00Z").json == {"items": []}
    wrong = problem(robot.get("/audit/events?since=yesterday"), 422, "invalid")
    assert wrong["errors"][0]["parameter"] == "since"
    assert robot.get("/audit/chain").json["intact"] is True
    lines = robot.get("/audit/export?type=client_registered")
    assert lines.mimetype == "application/x-ndjson"
    assert len([json.loads(line) for line in lines.text.splitlines()]) == 4
    assert robot.get("/audit/events?type=log_exported").json["items"], "that is written down"


def test_a_token_of_a_real_sign_in_leads_to_the_proofs_behind_it(
    api: Api, a: Factory, browser: Browser
) -> None:
    phone = a.administrator(Role.AUDITOR)
    rp = api.register("web", scope="openid admin:audit.read", client_name="Console")
    asked = {"scope": "openid admin:audit.read", "resource": api.resource}
    browser.open(rp.authorization_url(acr_values="urn:idp:loa:2fa", max_age=900, **asked))
    browser.submit(username=EMAIL, password=PASSWORD).submit(code=phone.code())
    assert "Read the audit log" in browser.text, "consent tells what it may do"
    browser.press("Allow")
    tokens = rp.exchange(parameters(browser.left_for)["code"]).json
    person, said = api.program(tokens["access_token"]), claims(tokens["access_token"])

    found = person.get(f"/evidence?of={said['jti']}").json

    assert found["sid"] == said["sid"], found
    assert {one["method"] for one in found["proofs"]} == {"password", "totp"}
    problem(person.get(f"/evidence?of={'0' * 26}"), 404, "not-found")
    problem(person.get(f"/evidence?of={person.token}"), 422, "invalid")


def test_a_key_gets_one_successor_and_private_halves_stay_here(api: Api) -> None:
    robot = api.machine("admin:keys")
    keys = robot.get("/keys")
    active = next(one for one in keys.json["items"] if one["state"] == "active")

    made = robot.post(f"/keys/{active['kid']}/rotate", BECAUSE)

    assert made.status_code == 201
    problem(robot.post(f"/keys/{active['kid']}/rotate", BECAUSE), 409, "conflict")
    problem(robot.post("/keys/none/rotate", BECAUSE), 404, "not-found")
    assert '"d"' not in robot.get("/keys").text
    states = {one["kid"]: one["state"] for one in robot.get("/keys").json["items"]}
    assert states[made.json["kid"]] == "upcoming"


def test_a_mail_to_try_goes_to_the_tokens_user_only(api: Api, mailbox) -> None:
    owner, robot = api.person(), api.machine("admin:mail")

    assert owner.call("POST", "/test-mails").json == {"sent_to": "ann@example.com"}
    problem(robot.call("POST", "/test-mails"), 409, "conflict")
    assert robot.get("/mail?state=waiting").json["items"] == []
    problem(robot.call("POST", f"/mail/{'0' * 26}/retry"), 404, "not-found")


def test_settings_are_masked_and_findings_and_figures_are_told(api: Api) -> None:
    robot = api.machine("admin:settings.read")

    settings = {one["name"]: one.get("value") for one in robot.get("/settings").json["items"]}
    assert settings["IDP_ISSUER"] == api.issuer
    assert robot.get("/figures").json["people"] == 0
    subjects = {one["subject"] for one in robot.get("/findings").json["items"]}
    assert "signing keys" in subjects


def test_refusals_before_an_operation_are_problems_too(api: Api) -> None:
    robot = api.machine("admin:clients")

    problem(robot.get("/nowhere"), 404, "not-found")
    wrong_method = robot.call("PATCH", "/clients")
    problem(wrong_method, 405, "method-not-allowed")
    assert "POST" in wrong_method.headers["Allow"]
    preflight = robot.call("OPTIONS", "/clients", Origin="https://evil.example")
    problem(preflight, 405, "method-not-allowed")
    assert "Access-Control-Allow-Origin" not in preflight.headers
    problem(robot.get("/clients", Accept="text/html"), 406, "not-acceptable")
    problem(robot.get("/clients?q=" + "x" * 9000), 414, "address-too-long")
    problem(robot.post("/clients", {"x": "y" * 70_000}), 413, "too-large")
    for media_type in ("text/plain", "application/x-www-form-urlencoded"):
        sent = robot.call("POST", "/clients", {}, Content_Type=media_type)
        problem(sent, 415, "unsupported-media-type")


def test_bodies_are_json_and_no_looser(api: Api) -> None:
    robot = api.machine("admin:clients")
    for text in ('{"template":"web","template":"spa","metadata":{}}', "{", '{"a":NaN}', "\xff", ""):
        answer = robot.client.post(
            "/api/admin/v1/clients",
            data=text.encode("latin-1"),
            content_type="application/json",
            headers={"Authorization": f"Bearer {robot.token}"},
            base_url=api.issuer,
        )
        problem(answer, 400, "malformed")
    for depth in (150, 300, 450, 600, 900, 5000):
        text = f'{{"metadata": {{"jwks": {"[" * depth}{"]" * depth}}}}}'
        answer = robot.client.post(
            "/api/admin/v1/clients",
            data=text,
            content_type="application/json",
            headers={"Authorization": f"Bearer {robot.token}"},
            base_url=api.issuer,
        )
        assert answer.status_code in {400, 422}, depth
    nul = {"metadata": {"client_name": "a\x00b"}}
    told = problem(robot.post("/clients", nul), 422, "invalid")
    assert told["errors"][0]["pointer"] == "/metadata/client_name"
    problem(robot.call("POST", "/clients", [1]), 422, "invalid")
