"""Who looks after an app has no role, and a program that may do what they may do on its pages."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import select

from config import TraceSettings
from idp.accounts import app_people
from idp.clients import document, registry
from idp.extensions import db, transaction
from idp.models import AuditEvent, Standing
from tests.http.api.conftest import Api, Program, problem
from tests.support.factories import Factory
from tests.support.relying_party import RelyingParty

BOB = "bob@example.com"
BECAUSE = {"reason": "the team moves"}


@pytest.fixture
def overrides() -> dict[str, Any]:
    return {"traces": TraceSettings()}


@pytest.fixture
def rp(a: Factory) -> RelyingParty:
    return a.client(client_name="Photos", min_acr="urn:idp:loa:2fa")


@pytest.fixture
def bob(api: Api, rp: RelyingParty) -> Program:
    """Owner of `rp`, and nothing else."""
    program = api.person(None, scope="admin:clients", email=BOB)
    look_after(api.a, rp, Standing.OWNER)
    return program


def look_after(a: Factory, rp: RelyingParty, standing: Standing) -> None:
    with a.app.app_context(), transaction():
        client = registry.read(rp.client_id)
        assert client is not None
        app_people.add(client, BOB, standing, reason="a test")


def changed(shown: Any, **members: Any) -> dict[str, Any]:
    return {"metadata": shown.json["metadata"] | members} | BECAUSE


def test_an_owner_changes_the_own_app_within_limits(
    api: Api, bob: Program, rp: RelyingParty
) -> None:
    path = f"/clients/{rp.client_id}"
    assert bob.get("/own-clients").json["items"] == [
        {"client_id": rp.client_id, "client_name": "Photos", "standing": "owner"}
    ]
    shown = bob.get(path)
    etag = shown.headers["ETag"]

    lower = bob.put(path, changed(shown, min_acr="urn:idp:loa:1fa"), If_Match=etag)
    trusted = bob.put(path, changed(shown, trusted=True), If_Match=etag)
    fine = bob.put(path, changed(shown, client_name="Pictures"), If_Match=etag)

    assert problem(lower, 422, "invalid")["errors"][0]["pointer"] == "/metadata/min_acr"
    assert problem(trusted, 422, "invalid")["errors"][0]["pointer"] == "/metadata/trusted"
    assert fine.json["metadata"]["client_name"] == "Pictures"
    assert bob.post(f"{path}/secrets", BECAUSE).status_code == 201
    assert bob.get(f"{path}/requests").status_code == 200
    assert bob.get(f"{path}/snippets").json["items"]
    checked = bob.post("/address-checks", {"uris": ["https://a.example/cb#x"]})
    assert checked.json["items"][0]["says"]
    with api.a.app.app_context():
        replaced = select(AuditEvent).where(AuditEvent.type == "client_replaced")
        (event,) = db.session.scalars(replaced)
        assert event.actor.startswith("user:")
        assert event.details["changed"] == ["client_name"]


def test_everything_else_is_closed_whether_it_is_there_or_not(
    api: Api, a: Factory, bob: Program, rp: RelyingParty
) -> None:
    other = a.client(client_name="Other")
    with a.app.app_context():
        client = registry.read(other.client_id)
        assert client is not None
        before = document.as_document(client)
    for client_id in (other.client_id, "nobody"):
        path = f"/clients/{client_id}"
        problem(bob.get(path), 403, "not-permitted")
        problem(bob.get(f"{path}/requests"), 403, "not-permitted")
        problem(bob.put(path, {}, If_Match='"x"'), 403, "not-permitted")
        problem(bob.post(f"{path}/secrets", BECAUSE), 403, "not-permitted")
        problem(bob.post(f"{path}/trials"), 403, "not-permitted")
        problem(bob.post(f"{path}/people", BECAUSE), 403, "not-permitted")
    mine = f"/clients/{rp.client_id}"
    for closed in ("disable", "enable", "delete"):
        problem(bob.post(f"{mine}/{closed}", BECAUSE, If_Match='"x"'), 403, "not-permitted")
    problem(bob.get("/clients"), 403, "not-permitted")
    problem(bob.post("/clients", {}), 403, "not-permitted")
    problem(bob.post("/client-drafts", {"pasted": "x"}), 403, "not-permitted")
    problem(bob.get("/users"), 403, "insufficient-scope")
    with a.app.app_context():
        client = registry.read(other.client_id)
        assert client is not None
        assert document.as_document(client) == before


def test_a_contact_reads_and_who_was_removed_does_not(
    api: Api, a: Factory, bob: Program, rp: RelyingParty
) -> None:
    path = f"/clients/{rp.client_id}"
    look_after(a, rp, Standing.CONTACT)
    assert bob.get(path).status_code == 200
    problem(bob.post(f"{path}/secrets", BECAUSE), 403, "not-permitted")

    user_id = api.person().get(f"{path}/people").json["items"][0]["user_id"]
    gone = api.person().post(f"{path}/people/{user_id}/remove", BECAUSE)

    assert gone.json == {"changed": True}
    problem(bob.get(path), 403, "not-permitted")
    problem(bob.get("/own-clients"), 403, "not-permitted")


def test_old_proofs_of_an_owner_are_not_enough(bob: Program, rp: RelyingParty, clock) -> None:
    clock.advance(minutes=16)
    bob.refresh()

    assert bob.get(f"/clients/{rp.client_id}").status_code == 200
    stale = bob.post(f"/clients/{rp.client_id}/secrets", BECAUSE)
    problem(stale, 401, "insufficient-user-authentication")


def test_an_app_that_administers_is_not_its_owners_to_change(api: Api, bob: Program) -> None:
    robot = api.machine("admin:users").rp
    look_after(api.a, robot, Standing.OWNER)

    assert bob.get(f"/clients/{robot.client_id}").status_code == 200
    problem(bob.post(f"/clients/{robot.client_id}/secrets", BECAUSE), 403, "out-of-reach")


def test_an_owner_finds_and_mends_the_requests_of_the_own_app_only(
    a: Factory, bob: Program, rp: RelyingParty
) -> None:
    other = a.client(client_name="Other")
    references = {}
    for one in (rp, other):
        missed = one.client.get(
            one.authorization_url(redirect_uri="https://rp.example/new"), base_url=one.issuer
        )
        references[one.client_id] = missed.headers["X-Request-Reference"]
    foreign = bob.get(f"/requests?reference={references[other.client_id]}")
    assert foreign.json["items"] == []

    (found,) = bob.get(f"/requests?reference={references[rp.client_id]}").json["items"]
    (remedy,) = found["remedies"]
    path = f"/clients/{rp.client_id}/requests/{found['id']}"
    invented = bob.post(f"{path}/mend", remedy | {"value": "https://evil.example/"} | BECAUSE)
    mended = bob.post(f"{path}/mend", remedy | BECAUSE)

    assert remedy == {"member": "redirect_uris", "value": "https://rp.example/new"}
    assert found["failed"] == "the redirect_uri is a registered one"
    problem(invented, 409, "conflict")
    assert "https://rp.example/new" in mended.json["metadata"]["redirect_uris"]
    assert bob.post(f"{path}/links").status_code == 201
    problem(bob.post(f"{path}/mend", remedy | BECAUSE), 409, "conflict")
