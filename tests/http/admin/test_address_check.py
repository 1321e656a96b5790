"""Addresses are judged while they are typed by the rule that judges the form."""

from __future__ import annotations

from typing import Any

import pytest

from idp.clients import redirect_uri
from idp.clients.redirect_uri import Deployment
from idp.models import Role
from tests.http.admin.conftest import Arrive
from tests.support.browser import Browser

REFUSED = {
    "http://app.example/cb": "must be https",
    "https://app.example/cb#x": "must not have a fragment",
    "https://*.app.example/": "must not have a wildcard",
    "javascript:alert(1)": "must be https",
    "data:text/html,x": "must be https",
    "https://ann@app.example/": "must not have user information",
    "com.example.app:/cb": "must be https; a scheme of its own is for apps on a device",
    "https://0x7f.1/": "an IP address in an unusual form",
    "https://app.example./cb": "must not end its host with a dot",
    "https://app.example/a/../b": "must not have . or .. in its path",
    "app.example/cb": "must be absolute",
    "https://app.example/\u202e": "must be ASCII",
}


def checked(browser: Browser, uris: str, **fields: str) -> dict[str, Any]:
    token = str(browser.find("[name=csrf_token]")["value"])
    data = {"csrf_token": token, "redirect_uris": uris} | fields
    browser.open("/admin/clients/check-addresses", method="POST", data=data)
    found: dict[str, Any] = browser.response.get_json()["redirect_uris"]
    return found


def test_each_refusal_comes_with_its_reason_and_what_to_do(owner: Browser) -> None:
    owner.open("/admin/clients/new/web")

    told = checked(owner, "\n".join(["https://app.example/cb", *REFUSED]))

    assert told["summary"] == f"{len(REFUSED)} addresses can't be registered."
    assert [one["uri"] for one in told["refused"]] == list(REFUSED)
    for one in told["refused"]:
        assert REFUSED[one["uri"]] in one["says"]
        assert one["instead"].endswith(".")


def test_what_an_app_on_a_device_may_register_is_good_for_it_only(owner: Browser) -> None:
    owner.open("/admin/clients/new/native")
    assert owner.find("[data-check=redirect_uris]")["data-application-type"] == "native"

    told = checked(owner, "com.example.app:/cb\nhttp://127.0.0.1/cb", application_type="native")

    assert told == {"summary": "2 addresses, all good.", "refused": []}


def test_without_a_script_the_answer_to_the_form_says_the_same(owner: Browser) -> None:
    owner.open("/admin/clients/new/web")
    owner.submit(client_name="X", scope="openid", redirect_uris="\n".join(REFUSED))

    shown = owner.all("[data-check=redirect_uris] li")
    assert owner.status == 422
    assert [one.find("code").get_text() for one in shown] == list(REFUSED)
    assert "Register each address, one on each line." in owner.text


def test_localhost_is_for_development_only() -> None:
    def said(deployment: Deployment) -> str | None:
        return redirect_uri.problem("http://localhost:5000/cb", "web", deployment)

    assert said(Deployment.LOCAL) is None
    assert said(Deployment.PUBLIC) == "must be https; http://localhost is only for development"


@pytest.mark.parametrize("role", [Role.AUDITOR, Role.SUPPORT])
def test_who_may_not_change_apps_is_not_answered(arrive: Arrive, role: Role) -> None:
    browser = arrive(role)
    token = str(browser.find("[name=csrf_token]")["value"])
    browser.open("/admin/clients/check-addresses", method="POST", data={"csrf_token": token})

    assert browser.status == 403
