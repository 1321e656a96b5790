"""Why did it fail? What came, what was expected, and the button that mends it."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import select

from config import TraceSettings
from idp import traces
from idp.clients import registry
from idp.extensions import db, transaction
from idp.models import AuditEvent, Role
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
    expected, received = (one.get_text() for one in owner.all("code.compared"))
    assert (expected, received) == (REDIRECT_URI, SLASH)
    assert [one.text for one in owner.all("mark")] == ["/"]
    assert "RFC 9700" in owner.text
    owner.follow("Register exactly this address")
    assert (owner.page, owner.find("mark").get_text()) == ("admin-mend-client", SLASH)
    owner.submit(reason=" ")
    assert (owner.status, "Say why." in owner.text) == (422, True)
    owner.submit(reason="the app has a slash")

    assert "Registered. Try the app again." in owner.text
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
    with a.app.app_context(), transaction():
        (trace,) = traces.latest_of(rp.client_id)
    mend = f"/admin/clients/{rp.client_id}/requests/{trace.id}/mend"
    token = str(owner.find("[name=csrf_token]")["value"])
    sent = {"member": "redirect_uris", "value": uri, "reason": "x", "csrf_token": token}
    assert owner.open(mend, method="POST", data=sent).status == 404
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


def test_what_a_success_lost_can_be_registered(a: Factory, owner: Browser, person: Browser) -> None:
    rp = a.client(scope="openid")
    person.open(rp.authorization_url(scope="openid phone unheard-of"))
    assert person.page == "sign-in"

    owner.open(f"/admin/clients/{rp.client_id}/requests")
    assert "scope phone: not among the scopes" in owner.text
    assert "Allow the scope unheard-of" not in owner.text
    owner.follow("Allow the scope phone").submit(reason="the app shows numbers")

    with a.app.app_context():
        client = registry.read(rp.client_id)
    assert client is not None
    assert "phone" in client.scopes
    assert "Allow the scope phone" not in owner.text


def test_a_request_is_copied_as_a_command_with_variables_for_what_is_secret(
    owner: Browser, rp: RelyingParty
) -> None:
    rp.token(grant_type="authorization_code", code="hidden", redirect_uri=REDIRECT_URI + "'x")

    command = owner.open(f"/admin/clients/{rp.client_id}/requests").find("[data-curl]").get_text()

    assert command.splitlines()[0] == "curl --include https://idp.example/token \\"
    assert '--user "$CLIENT_ID:$CLIENT_SECRET" \\' in command
    assert '--data-urlencode "code=$CODE" \\' in command
    assert "hidden" not in command
    assert "callback'\"'\"'x'" in command


class TestTheLink:
    """It explains one request to whoever has it."""

    @pytest.fixture
    def link(self, owner: Browser, rp: RelyingParty, person: Browser) -> str:
        failed(person, rp, redirect_uri=SLASH)
        owner.open(f"/admin/clients/{rp.client_id}/requests")
        owner.press("Make a link to this explanation")
        assert (owner.status, owner.page) == (200, "admin-shared-explanation")
        return owner.find("[data-link]").get_text(strip=True)

    def test_a_stranger_reads_the_explanation_and_nothing_else(
        self, a: Factory, link: str, rp: RelyingParty
    ) -> None:
        stranger = Browser(a.app.test_client(), rp.issuer).open(link)

        assert (stranger.status, stranger.page) == (200, "explanation")
        assert "slash at its end" in stranger.text
        assert [one.text for one in stranger.all("mark")] == ["/"]
        assert stranger.all("main a[href*='/admin']") == []
        assert stranger.all("main form[action*='/admin']") == []
        headers = stranger.response.headers
        assert headers["X-Robots-Tag"].startswith("noindex")
        assert headers["Referrer-Policy"] == "strict-origin"
        assert headers["Cache-Control"] == "no-store"
        with a.app.app_context():
            (shared,) = db.session.scalars(
                select(AuditEvent).where(AuditEvent.type == "explanation_shared")
            )
        assert (shared.client_id, shared.details["request"][4]) == (rp.client_id, "-")

    def test_it_ends_with_the_trace(self, a: Factory, link: str, rp: RelyingParty, clock) -> None:
        clock.advance(hours=25)

        assert Browser(a.app.test_client(), rp.issuer).open(link).status == 410

    @pytest.mark.parametrize("change", ["cut", "flip", "none"])
    def test_a_made_up_one_opens_nothing(
        self, a: Factory, link: str, rp: RelyingParty, change: str
    ) -> None:
        start, _, token = link.rpartition("/")
        swapped = "A" if token[30] != "A" else "B"
        made = {"cut": token[:-4], "flip": token[:30] + swapped + token[31:], "none": "x"}[change]

        assert Browser(a.app.test_client(), rp.issuer).open(f"{start}/{made}").status == 410

    def test_who_may_only_look_makes_none(
        self, arrive: Arrive, rp: RelyingParty, person: Browser
    ) -> None:
        failed(person, rp, redirect_uri=SLASH)
        auditor = arrive(Role.AUDITOR)

        auditor.open(f"/admin/clients/{rp.client_id}/requests")

        assert "Make a link" not in auditor.text


def test_the_page_is_turned_and_narrowed(owner: Browser, rp: RelyingParty, person: Browser) -> None:
    for _ in range(51):
        failed(person, rp, redirect_uri=SLASH)
    person.open(rp.authorization_url())

    owner.open(f"/admin/clients/{rp.client_id}/requests")
    assert len(owner.all(".traces > li")) == 50
    owner.follow("Next page")
    assert len(owner.all(".traces > li")) == 2
    owner.follow("Failures").follow("Next page")
    assert len(owner.all(".traces > li")) == 1
