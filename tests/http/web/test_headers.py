"""Headers, hosts, limits and cookies: what every answer has, and what every request must be."""

from __future__ import annotations

from http.cookies import SimpleCookie

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests.support.browser import Browser
from tests.support.databases import EngineKind
from tests.support.factories import EMAIL, PASSWORD, Factory
from tests.support.relying_party import RelyingParty

pytestmark = pytest.mark.parametrize("engine_kind", [EngineKind.SQLITE], indirect=True)


@pytest.fixture
def rp(a: Factory) -> RelyingParty:
    return a.client()


def directives(policy: str) -> dict[str, str]:
    parts = (part.strip().partition(" ") for part in policy.split(";"))
    return {name: value for name, _, value in parts}


@pytest.mark.parametrize(
    "path", ["/", "/signed-out", "/nothing-here", "/authorize", "/set-password"]
)
def test_pages_allow_no_inline_script_no_frame_and_no_cache(client: FlaskClient, path: str) -> None:
    """R85, R86."""
    headers = client.get(path).headers

    policy = directives(headers["Content-Security-Policy"])
    assert policy["default-src"] == "'none'"
    assert policy["script-src"] == policy["style-src"] == "'self'"
    assert policy["frame-ancestors"] == policy["base-uri"] == "'none'"
    assert headers["Cache-Control"] == "no-store"
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "same-origin"
    assert headers["Strict-Transport-Security"] == "max-age=31536000; includeSubDomains"
    assert "Cookie" in headers["Vary"]


def test_only_pages_that_lead_to_an_app_leave_form_action_open(
    browser: Browser, rp: RelyingParty
) -> None:
    """R85: Chromium would hold the redirect after the post against it."""
    browser.open(rp.authorization_url())
    assert "form-action" not in browser.response.headers["Content-Security-Policy"]

    browser.open("/")
    assert "form-action 'self'" in browser.response.headers["Content-Security-Policy"]


def test_a_redirect_leaks_no_address(browser: Browser, rp: RelyingParty) -> None:
    response = browser.client.get(rp.authorization_url(prompt="none"))

    assert response.status_code == 303
    assert response.headers["Referrer-Policy"] == "no-referrer"


@pytest.mark.parametrize(
    "host", ["evil.example", "idp.example:8443", "idp.example.evil.example", ""]
)
def test_an_unknown_host_is_refused(client: FlaskClient, host: str) -> None:
    """R51, A44."""
    response = client.get("/", headers={"Host": host})

    assert response.status_code == 400
    assert "evil" not in response.get_data(as_text=True)


@pytest.mark.parametrize("header", ["X-Forwarded-Host", "Forwarded", "X-Original-URL"])
def test_forwarding_headers_change_nothing(client: FlaskClient, header: str) -> None:
    """A25, A44."""
    plain = client.get("/.well-known/openid-configuration").get_json()

    told = client.get("/.well-known/openid-configuration", headers={header: "evil.example"})

    assert told.get_json() == plain


def test_cookies_are_host_only_secure_and_hidden_from_scripts(
    a: Factory, browser: Browser, rp: RelyingParty
) -> None:
    """R45."""
    a.user()
    browser.open(rp.authorization_url())
    token = browser.find("input[name=csrf_token]")["value"]
    form = {"username": EMAIL, "password": PASSWORD, "csrf_token": token}
    response = browser.client.post(browser.url, data=form)

    cookies = [SimpleCookie(text) for text in response.headers.getlist("Set-Cookie")]
    names = {name for cookie in cookies for name in cookie}
    assert names == {"__Host-session", "__Host-browser", "__Host-device"}
    for cookie in cookies:
        for morsel in cookie.values():
            assert (morsel["path"], morsel["samesite"]) == ("/", "Lax")
            assert morsel["secure"]
            assert morsel["httponly"]
            assert not morsel["domain"]


def test_a_cookie_that_comes_twice_is_believed_neither_time(app: Flask) -> None:
    """A71."""
    client = app.test_client(use_cookies=False)

    response = client.get("/", headers={"Cookie": "__Host-session=a; __Host-session=b"})

    assert response.status_code == 400


@pytest.mark.parametrize(
    ("path", "status"), [("/?" + "a" * 9000, 414), ("/?a=%00", 400), ("/%00", 400)]
)
def test_oversized_and_unreadable_addresses_are_refused(
    client: FlaskClient, path: str, status: int
) -> None:
    """R88, R92."""
    assert client.get(path).status_code == status


def test_an_oversized_body_is_refused(browser: Browser, rp: RelyingParty) -> None:
    """R88."""
    browser.open(rp.authorization_url())

    browser.open(browser.url, method="POST", data={"username": "a" * 70_000})

    assert (browser.status, browser.page) == (413, "error")


def test_nul_in_a_field_never_reaches_the_database(
    a: Factory, browser: Browser, rp: RelyingParty
) -> None:
    """R92."""
    browser.open(rp.authorization_url()).submit(username="a\x00b", password="x")

    assert (browser.status, browser.page) == (400, "error")


def test_every_error_page_carries_a_reference(client: FlaskClient) -> None:
    """R91."""
    browser = Browser(client, "https://idp.example").open("/nothing-here")

    assert browser.status == 404
    reference = browser.find("[data-reference]").get_text(strip=True)
    assert len(reference) == 9


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [("GET", "/revoke", 405), ("PUT", "/token", 405), ("GET", "/introspect?a=%00", 400)],
)
def test_machines_get_json_also_for_a_wrong_method(
    client: FlaskClient, method: str, path: str, status: int
) -> None:
    response = client.open(path, method=method)

    assert response.status_code == status
    assert response.get_json()["error"] == "invalid_request"


def test_whoever_wants_json_gets_no_page(client: FlaskClient) -> None:
    response = client.get("/nothing-here", headers={"Accept": "application/json"})

    assert response.get_json() == {"error": "invalid_request"}


@pytest.mark.parametrize(
    ("target", "arrival"),
    [
        ("/account/", "/account/"),
        ("//evil.example", "/"),
        ("/\\evil.example", "/"),
        ("https://evil.example", "/"),
        ("javascript:alert(1)", "/"),
    ],
)
def test_a_preference_never_leads_elsewhere(browser: Browser, target: str, arrival: str) -> None:
    """A52."""
    browser.open("/")
    token = browser.find("form.theme-switch input[name=csrf_token]")["value"]
    data = {"theme": "dark", "return_to": target, "csrf_token": str(token)}

    response = browser.client.post("/preferences/theme", data=data)

    assert response.status_code == 303
    assert response.location == arrival
