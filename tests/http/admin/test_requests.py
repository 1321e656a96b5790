"""Why did it fail? What came, what was expected, and the button that mends it."""

from __future__ import annotations

from typing import Any

import pytest

from config import TraceSettings
from idp.clients import registry
from idp.models import Role
from tests.http.admin.conftest import Arrive
from tests.support.browser import Browser
from tests.support.factories import PASSWORD, Factory
from tests.support.relying_party import REDIRECT_URI, RelyingParty

SLASH = f"{REDIRECT_URI}/"


@pytest.fixture
def overrides() -> dict[str, Any]:
    return {"traces": TraceSettings()}


@pytest.fixture
def rp(a: Factory) -> RelyingParty:
    return a.client()


@pytest.fixture
def person(a: Factory, browser: Browser) -> Browser:
    """Somebody at the app."""
    return Browser(a.app.test_client(), browser.issuer)


def failed(person: Browser, rp: RelyingParty, **request: str) -> str:
    """The reference that the error page shows."""
    person.open(rp.authorization_url(**request))
    assert person.status == 400
    return person.find("[data-reference]").get_text(strip=True)


def test_a_wrong_slash_is_explained_marked_and_mended(
    a: Factory, owner: Browser, rp: RelyingParty, person: Browser
) -> None:
    failed(person, rp, redirect_uri=SLASH)

    owner.open(f"/admin/clients/{rp.client_id}/requests")
    assert (owner.status, owner.page) == (200, "admin-client-requests")
    assert "differs by a slash at the end" in owner.text
    expected, received = (one.get_text() for one in owner.all(".compared"))
    assert (expected, received) == (REDIRECT_URI, SLASH)
    assert [one.text for one in owner.all("mark")] == ["/"]
    assert "RFC 9700" in owner.text
    owner.press("Register exactly this address")

    assert "The address is registered. Try the app again." in owner.text
    assert "Register exactly this address" not in owner.text
    assert person.open(rp.authorization_url(redirect_uri=SLASH)).page == "sign-in"
    assert person.open(rp.authorization_url()).page == "sign-in"


@pytest.mark.parametrize(
    "uri", ["http://app.example/callback", "javascript:alert(1)", "https://*.example/", "\u202e"]
)
def test_an_address_that_may_not_be_registered_has_no_button(
    a: Factory, owner: Browser, rp: RelyingParty, person: Browser, uri: str
) -> None:
    failed(person, rp, redirect_uri=uri)

    owner.open(f"/admin/clients/{rp.client_id}/requests")
    assert "Register exactly this address" not in owner.text
    token = str(owner.find("[name=csrf_token]")["value"])
    owner.open(
        f"/admin/clients/{rp.client_id}/requests",
        method="POST",
        data={"csrf_token": token, "redirect_uri": uri},
    )

    assert (owner.status, owner.page) == (422, "admin-client-requests")
    with a.app.app_context():
        client = registry.read(rp.client_id)
    assert client is not None
    assert client.redirect_uris == (REDIRECT_URI,)


def test_a_reference_is_found_by_whoever_may_look(
    arrive: Arrive, rp: RelyingParty, person: Browser
) -> None:
    reference = failed(person, rp, redirect_uri=SLASH)
    support = arrive(Role.SUPPORT)

    support.open(f"/admin/requests?reference=+{reference.lower()}+")

    assert (support.status, support.page) == (200, "admin-requests")
    assert "differs by a slash at the end" in support.text
    assert "Photos" in support.text
    assert "Register exactly this address" not in support.text
    assert "No request" in support.open("/admin/requests?reference=NONE-0000").text


def test_an_unknown_client_is_found_by_reference_only(
    owner: Browser, rp: RelyingParty, person: Browser
) -> None:
    reference = failed(person, rp, client_id="nobody")

    owner.open(f"/admin/requests?reference={reference}")

    assert "No application has this client_id." in owner.text
    assert "None that is registered" in owner.text


def test_secrets_and_codes_are_on_no_page(
    a: Factory, owner: Browser, rp: RelyingParty, person: Browser
) -> None:
    a.user("bob@example.com")
    person.open(rp.authorization_url()).submit(username="bob@example.com", password=PASSWORD)
    person.press("Allow")
    secret = rp.client_secret or ""
    rp.client_secret = f"{secret}\n"
    rp.token(grant_type="authorization_code", code="a-code-nobody-sees", redirect_uri=REDIRECT_URI)

    owner.open(f"/admin/clients/{rp.client_id}/requests")

    assert "begins or ends with a space or a line break" in owner.text
    assert secret not in owner.response.text
    assert "a-code-nobody-sees" not in owner.response.text
    assert "Worked" in owner.text


def test_what_an_app_sends_stays_text(owner: Browser, rp: RelyingParty, person: Browser) -> None:
    hostile = "https://app.example/<script>alert(1)</script>"
    failed(person, rp, redirect_uri=hostile)

    owner.open(f"/admin/clients/{rp.client_id}/requests")

    assert hostile not in owner.response.text
    assert hostile in owner.text.replace(" ", "")


def test_nothing_has_come_yet(owner: Browser, rp: RelyingParty) -> None:
    assert "No request has come yet." in owner.open(f"/admin/clients/{rp.client_id}/requests").text
