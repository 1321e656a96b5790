"""The form of a new app, filled from what somebody has at hand."""

from __future__ import annotations

import json
from typing import Any

import pytest
from sqlalchemy import select

from config import TraceSettings
from idp import outbound
from idp.extensions import db
from idp.models import Client
from tests.support.browser import Browser
from tests.support.factories import Factory
from tests.support.relying_party import REDIRECT_URI


@pytest.fixture
def overrides() -> dict[str, Any]:
    return {"traces": TraceSettings()}


def paste(owner: Browser, text: str, framework: str = "") -> Browser:
    owner.open("/admin/clients/new")
    return owner.fill(pasted=text, framework=framework).press("Fill in the form")


def filled_in(owner: Browser) -> tuple[str, str]:
    assert (owner.status, owner.page) == (200, "admin-new-client-of"), owner.text[:300]
    return str(owner.find("#client_name")["value"]), owner.find("#redirect_uris").get_text()


def apps(a: Factory) -> int:
    with a.app.app_context():
        return len(db.session.scalars(select(Client.client_id)).all())


def test_a_url_that_fails_fills_the_form_and_registers_nothing(a: Factory, owner: Browser) -> None:
    rp = a.client()
    request = rp.authorization_url(
        client_id="nobody", scope="openid email", redirect_uri="https://new.example/cb"
    )
    paste(owner, owner.issuer + request)

    assert filled_in(owner) == ("new.example", "https://new.example/cb")
    assert owner.find("#scope")["value"] == "openid email"
    assert apps(a) == 1
    uri = "https://new.example/cb"
    owner.submit(client_name="New", redirect_uris=uri, scope="openid email", reason="Ops-1")
    assert owner.page == "admin-client-secret"


def test_an_address_in_it_that_is_none_is_left_to_the_form(owner: Browser) -> None:
    paste(owner, f"{owner.issuer}/authorize?client_id=nobody&redirect_uri=https://[")

    assert filled_in(owner) == ("", "https://[")


def test_a_url_of_an_app_that_we_know_adds_to_that_app(a: Factory, owner: Browser) -> None:
    rp = a.client()
    wrong = f"{REDIRECT_URI}/"

    paste(owner, owner.issuer + rp.authorization_url(redirect_uri=wrong))
    assert owner.page == "admin-edit-client"
    assert owner.find("#redirect_uris").get_text() == f"{REDIRECT_URI}\n{wrong}"

    assert paste(owner, owner.issuer + rp.authorization_url()).page == "admin-client-requests"


def test_a_reference_leads_to_the_request_it_belongs_to(a: Factory, owner: Browser) -> None:
    rp = a.client()
    person = Browser(a.app.test_client(), owner.issuer)
    person.open(rp.authorization_url(redirect_uri="https://app.example/Callback"))
    reference = person.find("[data-reference]").get_text(strip=True)

    for text in (reference.lower(), f"{owner.issuer}/admin/requests?reference={reference}"):
        paste(owner, text)
        assert owner.page == "admin-edit-client"
        assert "https://app.example/Callback" in owner.find("#redirect_uris").get_text()
    assert "has this reference" in paste(owner, "0000-0000").text


def test_a_metadata_document_fills_the_form_without_its_secret(a: Factory, owner: Browser) -> None:
    document = {
        "client_name": "Wiki",
        "redirect_uris": ["https://wiki.example/cb"],
        "token_endpoint_auth_method": "none",
        "client_secret": "chosen-elsewhere",
        "scope": "openid",
    }
    paste(owner, json.dumps(document))

    assert filled_in(owner) == ("Wiki", "https://wiki.example/cb")
    assert "App in the browser" in owner.find("h1").text
    assert "chosen-elsewhere" not in owner.response.text
    assert "The secret in it was left out" in owner.text


def test_an_address_and_a_framework_are_enough(owner: Browser) -> None:
    paste(owner, "https://grafana.example/", "grafana.ini")

    assert filled_in(owner)[1] == "https://grafana.example/login/generic_oauth"


def test_an_address_is_asked_for_a_document_of_its_own(
    owner: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = []

    def fetch_json(url: str, **_: str) -> Any:
        asked.append(url)
        return {"client_name": "Fetched", "redirect_uris": ["https://f.example/cb"]}

    monkeypatch.setattr(outbound, "fetch_json", fetch_json)
    paste(owner, "https://f.example/client.json")

    assert filled_in(owner) == ("Fetched", "https://f.example/cb")
    assert asked == ["https://f.example/client.json"]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "Paste something first."),
        ("{", "not a JSON document"),
        ('{"redirect_uris": "x"}', "must be a list of strings"),
        ("javascript:alert(1)", "no URL"),
        ("https://[", "no URL"),
        ("https://127.0.0.1/secret", "Nothing could be fetched"),
        ("<script>alert(1)</script>", "no URL"),
    ],
)
def test_what_cannot_be_used_says_why_and_stays(
    a: Factory, owner: Browser, text: str, said: str
) -> None:
    paste(owner, text)

    assert (owner.status, owner.page) == (422, "admin-new-client")
    assert said in owner.text
    assert owner.find("#pasted").get_text() == text
    assert apps(a) == 0
