"""An address that runs instead of leading somewhere is registered by no door and no field."""

from __future__ import annotations

import json
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from idp.clients import registry
from idp.models import Role
from tests.support.browser import Browser
from tests.support.databases import EngineKind
from tests.support.factories import EMAIL, PASSWORD, Factory
from tests.support.relying_party import REDIRECT_URI, RelyingParty

pytestmark = pytest.mark.parametrize("engine_kind", [EngineKind.SQLITE], indirect=True)

RUNNING = (
    "javascript:alert(1)",
    "JaVaScRiPt://app.example/%0aalert(1)",
    "data:text/html,<script>alert(1)</script>",
    "vbscript:msgbox(1)",
    " javascript:alert(1)",
    "java\tscript:alert(1)",
)
LISTS = ("redirect_uris", "post_logout_redirect_uris")
SINGLE = (
    "client_uri",
    "logo_uri",
    "policy_uri",
    "tos_uri",
    "initiate_login_uri",
    "jwks_uri",
    "backchannel_logout_uri",
)
CLAIMS = ("profile", "picture", "website")


@pytest.fixture
def overrides() -> dict[str, Any]:
    return {"dynamic_registration": "open", "throttling": "off"}


@pytest.fixture
def rp(a: Factory) -> RelyingParty:
    return a.client()


def documents() -> list[tuple[str, dict[str, Any]]]:
    """A registration for each member and each address."""
    start = {"client_name": "Photos", "redirect_uris": [REDIRECT_URI]}
    whole = [(one, start | {one: [REDIRECT_URI, uri]}) for one in LISTS for uri in RUNNING]
    return whole + [(one, start | {one: uri}) for one in SINGLE for uri in RUNNING]


def command(app: Flask, *arguments: str, typed: str | None = None) -> Any:
    return app.test_cli_runner().invoke(args=["idp", *arguments], input=typed)


def clients(app: Flask) -> int:
    with app.app_context():
        return len(registry.everyone())


def test_nobody_registers_one_for_themselves(app: Flask, client: FlaskClient) -> None:
    for member, document in documents():
        answer = client.post("/register", json=document)

        assert answer.status_code == 400, (member, document)
        told = answer.get_json()
        expected = "invalid_redirect_uri" if member == "redirect_uris" else None
        assert expected in {None, told["error"]}
        assert member in told["error_description"]
    assert clients(app) == 0


def test_a_document_that_holds_one_is_not_imported(app: Flask) -> None:
    held = [
        {"client_id": f"app-{number}", **document}
        for number, (_member, document) in enumerate(documents())
    ]

    for document in held:
        ran = command(app, "client", "import", "-", typed=json.dumps(document))
        assert ran.exit_code == 1, document
    assert clients(app) == 0


def test_a_command_refuses_it_and_names_the_option(app: Flask) -> None:
    for uri in RUNNING:
        for template in ("web", "native"):
            given = ("--template", template, "--name", "Photos", "--redirect-uri", uri)
            ran = command(app, "client", "create", *given)
            assert (ran.exit_code, "redirect_uris" in ran.stderr) == (1, True), uri
    assert clients(app) == 0


def test_a_page_refuses_it_at_its_field(a: Factory, rp: RelyingParty, browser: Browser) -> None:
    phone = a.administrator(Role.OWNER, "olga@example.com")
    browser.open("/admin/").submit(username="olga@example.com", password=PASSWORD)
    browser.submit(code=phone.code())
    page = f"/admin/clients/{rp.client_id}/edit"

    for member in (*LISTS, *SINGLE):
        browser.open(page).submit(**{member: "javascript:alert(1)"})

        assert (browser.status, browser.page) == (422, "admin-edit-client"), member
        assert browser.find(f"#{member}")["aria-invalid"] == "true"
    with a.app.app_context():
        kept = registry.find(rp.client_id)
    assert kept is not None
    assert kept.redirect_uris == (REDIRECT_URI,)
    assert not {*SINGLE} & kept.metadata.keys()


def test_nothing_that_is_said_of_people_runs(app: Flask, tmp_path: Any) -> None:
    for number, uri in enumerate(RUNNING[:4]):
        for claim in CLAIMS:
            file = tmp_path / f"{claim}{number}.json"
            file.write_text(json.dumps({claim: uri}))
            ran = command(app, "user", "create", EMAIL, "--name", "Ann", "--claims", str(file))
            assert (ran.exit_code, claim in ran.stderr) == (1, True), uri
