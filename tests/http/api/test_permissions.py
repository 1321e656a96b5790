"""Every operation for every role and every scope: answered, or refused with nothing changed."""

from __future__ import annotations

import pytest

from idp.accounts import permissions
from idp.accounts.permissions import Permission
from idp.clients import register, registry
from idp.clients.metadata.administration import SCOPES
from idp.models import Role
from idp.web import scopes as words
from idp.web.api.operation import OPERATIONS, Operation
from tests.http.admin.conftest import sign_in
from tests.http.api.conftest import Api, Program, problem
from tests.support.browser import Browser
from tests.support.databases import EngineKind
from tests.support.factories import EMAIL, Factory
from tests.support.relying_party import RelyingParty


def send(program: Program, one: Operation, client_id: str) -> int:
    """With an address that could be, and nothing else that is right."""
    path = one.template.replace("{client_id}", client_id)
    for name in one.parameters:
        path = path.replace(f"{{{name}}}", "0" * 26)
    body = None if one.method == "GET" else {}
    return program.call(one.method, path, body).status_code


def state(api: Api, client_id: str) -> str:
    with api.a.app.app_context():
        found = registry.read(client_id)
        assert found is not None
        return f"{register.version_of(found)} {found.is_enabled} {found.secrets}"


@pytest.mark.parametrize("role", [None, *Role])
def test_each_operation_is_for_the_roles_that_may_use_it(api: Api, role: Role | None) -> None:
    program, rp = api.person(role), api.a.client()
    before, wrong = state(api, rp.client_id), []
    for one in OPERATIONS:
        status, verbs = send(program, one, rp.client_id), {one.permission, *one.besides}
        may = verbs <= permissions.of(role)
        if (status == 403) is may or status in {401, 500}:
            wrong.append(f"{one.method} {one.path}: {status}, and {role} {may=}")
    assert not wrong, "\n".join(wrong)
    assert state(api, rp.client_id) == before


@pytest.mark.parametrize("scope", list(SCOPES))
@pytest.mark.parametrize("engine_kind", [EngineKind.SQLITE], indirect=True)
def test_each_operation_is_for_the_scopes_that_stand_for_its_verb(api: Api, scope: str) -> None:
    program, rp = api.machine(scope), api.a.client()
    before, wrong = state(api, rp.client_id), []
    for one in OPERATIONS:
        status, verbs = send(program, one, rp.client_id), {one.permission, *one.besides}
        may = {verb.value for verb in verbs} <= set(SCOPES[scope])
        if (status == 403) is may or status in {401, 500}:
            wrong.append(f"{one.method} {one.path}: {status}, and {scope} {may=}")
    assert not wrong, "\n".join(wrong)
    assert state(api, rp.client_id) == before


def test_the_scopes_stand_for_every_verb_and_for_nothing_else() -> None:
    named = {verb for verbs in SCOPES.values() for verb in verbs}

    assert named == {verb.value for verb in Permission}
    reading = [name for name in SCOPES if name.endswith(".read")]
    assert all(verb.endswith(".read") for name in reading for verb in SCOPES[name])
    assert SCOPES.keys() <= words.SCOPES.keys(), "consent tells them in words"


def test_a_user_gets_no_more_of_a_scope_than_the_role_allows(api: Api) -> None:
    support = api.person(Role.SUPPORT, email="sue@example.com")
    owner = api.person(Role.OWNER)
    user_id = owner.get(f"/users?q={EMAIL}").json["items"][0]["id"]

    assert support.get(f"/users/{user_id}").status_code == 200
    role = {"role": "owner", "reason": "me"}
    problem(support.put(f"/users/{user_id}/role", role, If_Match='"x"'), 403, "not-permitted")
    disabled = support.post(f"/users/{user_id}/disable", {"reason": "revenge"})
    problem(disabled, 403, "out-of-reach")
    assert owner.get(f"/users/{user_id}").json["enabled"] is True


def test_a_program_with_the_scope_for_people_does_not_touch_who_has_a_role(api: Api) -> None:
    owner, robot = api.person(), api.machine("admin:users")
    user_id = owner.get(f"/users?q={EMAIL}").json["items"][0]["id"]

    for act in ("disable", "sign-out", "reset-password", "unlock"):
        problem(robot.post(f"/users/{user_id}/{act}", {"reason": "x"}), 403, "out-of-reach")
    invited = robot.post(
        "/invitations", {"email": "eve@example.com", "role": "owner", "reason": "x"}
    )
    problem(invited, 403, "out-of-reach")


class TestOnlyWhoHandsOutRoles:
    """A client that may administer is as good as a role."""

    def test_makes_a_client_that_administers(self, api: Api) -> None:
        new = {"template": "machine", "metadata": {"client_name": "R", "scope": "admin:users"}}
        new["reason"] = "a job"
        manager = api.person(Role.CLIENT_MANAGER, email="max@example.com")
        robot = api.machine("admin:clients")

        for program in (manager, robot):
            refused = problem(program.post("/clients", new), 422, "invalid")
            assert refused["errors"][0]["pointer"] == "/metadata/scope"

        assert api.person().post("/clients", new).status_code == 201
        assert api.machine("admin:clients admin:roles").post("/clients", new).status_code == 201

    def test_changes_one_or_takes_it_over_by_a_new_secret(self, api: Api) -> None:
        manager = api.person(Role.CLIENT_MANAGER, email="max@example.com")
        path = f"/clients/{manager.rp.client_id}"
        shown = manager.get(path)
        version, because = shown.headers["ETag"], {"reason": "x"}
        harmless = shown.json["metadata"] | {"scope": "openid"}

        changed = manager.put(path, because | {"metadata": harmless}, If_Match=version)
        problem(changed, 403, "out-of-reach")
        problem(manager.post(f"{path}/secrets", because), 403, "out-of-reach")
        problem(manager.post(f"{path}/enable", because), 403, "out-of-reach")
        deleted = manager.post(f"{path}/delete", because, If_Match=version)
        problem(deleted, 403, "out-of-reach")
        assert manager.post(f"{path}/disable", because).json == {"changed": True}, "in an emergency"

    def test_nor_on_a_page(self, api: Api, a: Factory, browser: Browser) -> None:
        client_id = api.machine("admin:clients").rp.client_id
        phone = a.administrator(Role.CLIENT_MANAGER, "max@example.com")
        sign_in(browser, phone, "max@example.com")

        for page in ("edit", "secret", "enable", "delete", "old-secret"):
            assert browser.open(f"/admin/clients/{client_id}/{page}").status == 403, page

        assert browser.open(f"/admin/clients/{client_id}").status == 200
        browser.open(f"/admin/clients/{client_id}/disable").submit(reason="it runs wild")
        with a.app.app_context():
            assert registry.read(client_id).is_enabled is False

    def test_and_nobody_registers_one_for_himself(self, a: Factory, api: Api) -> None:
        client = a.app.test_client()
        document = {"redirect_uris": ["https://x.example/cb"], "scope": "openid admin:clients"}

        answer = client.post("/register", json=document, base_url=api.issuer)

        assert answer.status_code == 201, answer.json
        assert answer.json["scope"] == "openid"


@pytest.fixture
def overrides() -> dict[str, str]:
    return {"dynamic_registration": "open"}


def test_an_app_that_is_not_registered_for_it_never_gets_an_administering_scope(
    a: Factory, api: Api
) -> None:
    rp: RelyingParty = a.client("machine", scope="reports")

    fields = {"grant_type": "client_credentials", "scope": "reports admin:clients"}
    assert rp.token(**fields).json["scope"] == "reports"
    refused = rp.token(**fields, resource=api.resource)
    assert (refused.status_code, refused.json["error"]) == (400, "invalid_target")


@pytest.mark.parametrize(
    ("metadata", "member"),
    [
        ({"scope": "openid admin:client"}, "scope"),
        ({"grant_types": ["authorization_code", "urn:ietf:params:oauth:grant-type:device_code"]},
         "grant_types"),
        ({"pkce_waived": True}, "pkce_waived"),
    ],
)  # fmt: skip
def test_a_client_that_administers_signs_its_users_in_in_person(
    api: Api, metadata: dict[str, object], member: str
) -> None:
    asked = {"scope": "openid admin:clients", "redirect_uris": ["https://x.example/cb"]} | metadata

    refused = problem(
        api.person().post("/clients", {"metadata": asked, "reason": "x"}), 422, "invalid"
    )

    assert refused["errors"][0]["pointer"] == f"/metadata/{member}"
