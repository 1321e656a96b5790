"""What helps to set an app up, and everything that the pages can do: the API can do it, too."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from config import TraceSettings
from idp.web.api.operation import OPERATIONS
from tests.http.api.conftest import Api, Program, problem
from tests.support.databases import EngineKind
from tests.support.factories import EMAIL, Factory

ROUTES = Path(__file__).parents[1] / "web" / "routes.txt"
ONE = "/admin/clients/<path:client_id>"
USER = "/admin/users/<user_id>"
IMPORT = "/admin/users/import"

DONE_BY = {
    "GET /admin/": "GET /figures, GET /activity, GET /to-dos, GET /findings",
    "GET /admin/audit": "GET /audit/events, GET /audit/chain",
    "GET /admin/audit/evidence": "GET /evidence",
    "GET /admin/audit/export": "GET /audit/export",
    "GET /admin/claims": "GET /claims, GET /claims/{claim}",
    "POST /admin/claims/<claim_id>/delete": "POST /claims/{claim}/delete",
    "POST /admin/claims/<claim_id>/edit": "PUT /claims/{claim}",
    "POST /admin/claims/new": "POST /claims",
    "GET /admin/clients": "GET /clients",
    f"GET {ONE}": "GET /clients/{client_id}",
    f"GET {ONE}/code": "GET /clients/{client_id}/snippets",
    f"GET {ONE}/people": "GET /clients/{client_id}/people",
    f"GET {ONE}/requests": "GET /clients/{client_id}/requests",
    f"POST {ONE}/<any('disable','enable'):act>":
        "POST /clients/{client_id}/disable, POST /clients/{client_id}/enable",
    f"POST {ONE}/delete": "POST /clients/{client_id}/delete",
    f"POST {ONE}/edit": "POST /clients/{client_id}/preview, PUT /clients/{client_id}",
    f"POST {ONE}/environment": "POST /clients, POST /clients/{client_id}/secrets",
    f"POST {ONE}/old-secret": "POST /clients/{client_id}/secrets/end-old",
    f"POST {ONE}/people/<user_id>/remove": "POST /clients/{client_id}/people/{user_id}/remove",
    f"POST {ONE}/people/add": "POST /clients/{client_id}/people",
    f"POST {ONE}/requests/<trace_id>/link": "POST /clients/{client_id}/requests/{trace_id}/links",
    f"POST {ONE}/requests/<trace_id>/mend": "POST /clients/{client_id}/requests/{trace_id}/mend",
    f"POST {ONE}/secret": "POST /clients/{client_id}/secrets",
    f"POST {ONE}/trial": "POST /clients/{client_id}/trials",
    "POST /admin/trial": "GET /clients/{client_id}/trials/{trial_id}",
    "POST /admin/clients/check-addresses": "POST /address-checks",
    "POST /admin/clients/new": "POST /client-drafts",
    "POST /admin/clients/new/<template>": "POST /client-checks, POST /clients",
    "GET /admin/configuration/export": "GET /configuration",
    "POST /admin/configuration/import": "POST /configuration/plan",
    "POST /admin/configuration/apply": "POST /configuration/apply",
    "GET /admin/doctor": "GET /findings",
    "GET /admin/groups": "GET /groups",
    "GET /admin/groups/<group_id>": "GET /groups/{group}, GET /groups/{group}/members",
    "POST /admin/groups/<group_id>/delete": "POST /groups/{group}/delete",
    "POST /admin/groups/<group_id>/edit": "PUT /groups/{group}",
    "POST /admin/groups/<group_id>/members": "POST /groups/{group}/members",
    "POST /admin/groups/<group_id>/members/<user_id>/remove":
        "POST /groups/{group}/members/{user_id}/remove",
    "POST /admin/groups/new": "POST /groups",
    "POST /admin/invite": "POST /invitations",
    "GET /admin/keys": "GET /keys",
    "POST /admin/keys/<kid>/rotate": "POST /keys/{kid}/rotate",
    "GET /admin/mail": "GET /mail",
    "POST /admin/mail/<message_id>/retry": "POST /mail/{message_id}/retry",
    "POST /admin/mail/test": "POST /test-mails",
    "GET /admin/requests": "GET /requests",
    "POST /admin/requests/<trace_id>/link": "POST /requests/{trace_id}/links",
    "GET /admin/settings": "GET /settings",
    "GET /admin/users": "GET /users",
    f"GET {USER}": "GET /users/{user_id}, GET /users/{user_id}/sessions, "
        "GET /users/{user_id}/groups, GET /users/{user_id}/claims, "
        "GET /users/{user_id}/factor-reset",
    f"POST {USER}/<act>": "POST /users/{user_id}/disable, POST /users/{user_id}/enable, "
        "POST /users/{user_id}/sign-out, POST /users/{user_id}/unlock, "
        "POST /users/{user_id}/reset-password, POST /users/{user_id}/factor-reset, "
        "POST /users/{user_id}/factor-reset/approve, POST /users/{user_id}/factor-reset/cancel, "
        "POST /users/{user_id}/factor-reset/mail",
    f"POST {USER}/claims": "PUT /users/{user_id}/claims",
    f"POST {USER}/role": "PUT /users/{user_id}/role",
    "POST /admin/users/export": "POST /user-exports",
    f"POST {IMPORT}": "POST /user-imports",
    f"GET {IMPORT}": "GET /user-imports",
    f"GET {IMPORT}/<import_id>": "GET /user-imports/{import_id}",
    f"GET {IMPORT}/<import_id>/report": "GET /user-imports/{import_id}/problems",
    f"POST {IMPORT}/<import_id>/cancel": "POST /user-imports/{import_id}/cancel",
    f"POST {IMPORT}/<import_id>/confirm": "POST /user-imports/{import_id}/confirm",
    "GET /admin/what-if": "POST /what-if",
    "POST /admin/what-if": "POST /what-if/values",
}  # fmt: skip
"""What a page does, and the operations that do the same."""

BECAUSE = {"reason": "a new app"}
NOTHING_MORE = {
    "GET /admin/configuration": "a form with a link to the export",
    "GET /admin/trial": "where the browser of a test sign-in comes back",
    "GET /admin/clients/new": "a form",
    "GET /admin/clients/new/<template>": "a form",
}
"""Pages that neither tell nor do anything themselves."""


def pages() -> set[str]:
    """Of the administration; a form without its own content is known by the post that it makes."""
    found = {" ".join(line.split()[:2]) for line in ROUTES.read_text().splitlines()}
    ours = {one for one in found if one.split()[1].startswith("/admin/")}
    forms = {one for one in ours if one.startswith("GET ") and f"POST {one[4:]}" in ours}
    return ours - forms | (forms & DONE_BY.keys())


def test_everything_that_a_page_does_the_api_does_too() -> None:
    there = {f"{one.method} {one.template}" for one in OPERATIONS}
    named = {one for each in DONE_BY.values() for one in each.split(", ")}

    assert pages() - NOTHING_MORE.keys() == DONE_BY.keys()
    assert named <= there
    beyond = {"GET /user-imports", "GET /own-clients", "GET /groups/{group}/members"}
    assert there - named <= beyond, "whatever the API does, a page does"


@pytest.fixture
def overrides() -> dict[str, Any]:
    return {"traces": TraceSettings()}


@pytest.fixture
def owner(api: Api) -> Program:
    return api.person()


def test_a_registration_is_drafted_from_what_is_at_hand(owner: Program, a: Factory) -> None:
    rp = a.client()
    missed = rp.client.get(
        rp.authorization_url(redirect_uri="https://rp.example/new"), base_url=rp.issuer
    )
    reference = missed.headers["X-Request-Reference"]
    url = "https://idp.example/authorize?redirect_uri=https://new.example/cb&scope=openid"

    by_url = owner.post("/client-drafts", {"pasted": url}).json
    by_trace = owner.post("/client-drafts", {"pasted": reference}).json
    by_app = owner.post(
        "/client-drafts", {"pasted": "https://stats.example/", "framework": "grafana.ini"}
    ).json
    nothing = owner.post("/client-drafts", {"pasted": "hello"})

    assert by_url["metadata"]["redirect_uris"] == ["https://new.example/cb"]
    assert by_url["notes"] == [
        "The request came without PKCE. Its library has to be told to use it."
    ]
    assert by_trace["client_id"] == rp.client_id
    assert by_app["metadata"]["redirect_uris"] == ["https://stats.example/login/generic_oauth"]
    assert problem(nothing, 422, "invalid")["errors"][0]["pointer"] == "/pasted"
    made = owner.post(
        "/clients", BECAUSE | {"template": by_app["template"], "metadata": by_app["metadata"]}
    )
    assert made.status_code == 201
    assert made.json["environment"].splitlines()[1:] == [
        f"CLIENT_ID={made.json['client_id']}",
        f"CLIENT_SECRET={made.json['client_secret']}",
    ]


def test_each_address_is_told_what_is_wrong_with_it(owner: Program) -> None:
    uris = ["https://a.example/cb", "https://a.example/cb#x", "javascript:alert(1)"]

    told = owner.post("/address-checks", {"uris": uris}).json["items"]

    assert [bool(one.get("says")) for one in told] == [False, True, True]
    assert told[1]["instead"]


@pytest.mark.parametrize("engine_kind", [EngineKind.SQLITE], indirect=True)
def test_the_first_page_of_the_administration_as_numbers(owner: Program) -> None:
    owner.post("/clients", BECAUSE | {"template": "web", "metadata": {
        "client_name": "Local", "redirect_uris": ["http://localhost:3000/cb"]}})  # fmt: skip

    hours = owner.get("/activity?hours=2").json["items"]
    to_dos = owner.get("/to-dos").json["items"]

    assert len(hours) == 2
    assert hours[-1]["tokens"] >= 1
    assert {"task": "plain-http", "clients": 1} in to_dos


def test_what_claims_would_say_is_for_who_may_change_the_account_and_is_kept(
    api: Api, owner: Program, a: Factory
) -> None:
    rp = a.client(scope="openid email")
    user_id = owner.get(f"/users?q={EMAIL}").json["items"][0]["id"]
    asked = {"user_id": user_id, "client_id": rp.client_id, "request": {"scope": "openid email"}}

    hidden = owner.post("/what-if", asked).json
    shown = owner.post("/what-if/values", asked).json

    assert EMAIL not in str(hidden["userinfo"])
    assert EMAIL in str(shown["userinfo"])
    assert shown["lifetimes"]["access_token"] > 0
    robot = api.machine("admin:users admin:clients.read")
    problem(robot.post("/what-if/values", asked), 403, "out-of-reach")
    events = owner.get("/audit/events?type=claims_shown").json["items"]
    assert [one["user_id"] for one in events] == [user_id]
