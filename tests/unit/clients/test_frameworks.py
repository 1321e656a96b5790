"""Every snippet belongs to a framework, and every framework has one."""

from __future__ import annotations

from pathlib import Path

import pytest

from idp.clients import frameworks
from idp.clients.frameworks import FRAMEWORKS, Framework
from idp.clients.templates import Template

FOLDER = Path(__file__).parents[3] / "clients_example" / "snippets"
FOR_PEOPLE = [one for one in Framework if FRAMEWORKS[one].template is not Template.MACHINE]


def test_the_folder_and_the_table_are_the_same() -> None:
    assert {one.name for one in FOLDER.iterdir() if one.is_file()} == set(Framework)
    assert set(FRAMEWORKS) == set(Framework)
    assert all(frameworks.of(template) for template in Template)


@pytest.mark.parametrize("framework", list(Framework))
def test_each_names_issuer_and_client_and_takes_the_secret_from_outside(
    framework: Framework,
) -> None:
    code = (FOLDER / framework).read_text()

    assert "https://idp.example.com" in code
    assert "your-client-id" in code
    is_public = FRAMEWORKS[framework].template in {Template.SPA, Template.NATIVE}
    assert ("CLIENT_SECRET" in code) is not is_public


@pytest.mark.parametrize("framework", FOR_PEOPLE)
def test_each_that_signs_people_in_sends_pkce(framework: Framework) -> None:
    code = (FOLDER / framework).read_text().lower()

    # oidc-client-ts and express-openid-connect always do; a device has no redirect to protect.
    by_itself = {Framework.OIDC_CLIENT_TS, Framework.DEVICE_FLOW}
    assert framework in by_itself or "pkce" in code or "code_challenge" in code


def test_the_address_to_register_follows_from_framework_and_place() -> None:
    there = frameworks.redirect_uri(Framework.GRAFANA, "https://grafana.example/")

    assert there == "https://grafana.example/login/generic_oauth"
    assert frameworks.redirect_uri(Framework.MACHINE, "https://x.example") is None
