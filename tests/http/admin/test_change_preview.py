"""Before a change is saved: what is different, and what it would have meant yesterday."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import select

from config import TraceSettings
from idp.clients import registry
from idp.extensions import db
from idp.models import AuditEvent
from tests.http.account.conftest import tokens
from tests.http.admin.test_changing_clients import filled
from tests.support.browser import Browser
from tests.support.factories import PASSWORD, Factory
from tests.support.relying_party import REDIRECT_URI, RelyingParty
from tests.support.signer import signer

OTHER = "https://app.example/other"
SECOND = "second.factor@example.com"


@pytest.fixture
def overrides() -> dict[str, Any]:
    return {"traces": TraceSettings()}


@pytest.fixture
def rp(a: Factory) -> RelyingParty:
    return a.client(
        redirect_uris=[REDIRECT_URI, OTHER],
        grant_types=["authorization_code"],
        scope="openid email profile",
    )


def used(a: Factory, rp: RelyingParty, email: str = "bob@example.com", **request: str) -> None:
    """Somebody has signed in, and the app has exchanged the code."""
    a.user(email)
    person = Browser(a.app.test_client(), rp.issuer)
    person.open(rp.authorization_url(**request)).submit(username=email, password=PASSWORD)
    tokens(person.press("Allow"), rp)


def previewed(owner: Browser, rp: RelyingParty, **changes: str) -> Browser:
    owner.open(f"/admin/clients/{rp.client_id}/edit")
    owner.submit(**filled(owner) | changes)
    assert (owner.status, owner.page) == (200, "admin-preview-client"), owner.text[:400]
    return owner


def test_nothing_is_saved_before_it_is_confirmed_with_a_reason(
    a: Factory, owner: Browser, rp: RelyingParty
) -> None:
    previewed(owner, rp, client_name="Pictures")
    cells = [one.get_text(" ", strip=True) for one in owner.all("table.records td")]
    assert cells == ["Photos", "Pictures"]
    assert "No request of the last 24 hours is kept" in owner.text
    owner.press("Save")
    assert (owner.status, "Say why." in owner.text) == (422, True)
    with a.app.app_context():
        now = registry.read(rp.client_id)
        assert now is not None
        assert now.client_name == "Photos"

    owner.fill(reason="Ops-3").press("Save")

    assert (owner.page, "Saved." in owner.text) == ("admin-client", True)
    with a.app.app_context():
        kept = select(AuditEvent.details).where(AuditEvent.type == "client_replaced")
        assert db.session.scalars(kept).all() == [{"changed": ["client_name"], "reason": "Ops-3"}]


def test_the_form_comes_back_as_it_was_typed(owner: Browser, rp: RelyingParty) -> None:
    previewed(owner, rp, client_name="Pictures").press("Back to the form")

    assert owner.page == "admin-edit-client"
    assert owner.find("#client_name")["value"] == "Pictures"


def test_requests_that_would_have_failed_are_told_by_reference(
    a: Factory, owner: Browser, rp: RelyingParty
) -> None:
    used(a, rp)

    text = previewed(owner, rp, redirect_uris=OTHER).text
    assert "These would have failed 2 requests" in text
    assert f"The address it was to be answered at is not registered: {REDIRECT_URI}" in text
    assert owner.follow(owner.find("main section li a").get_text()).page == "admin-requests"

    text = previewed(owner, rp, auth_method="client_secret_post").text
    assert "proved itself in a way that is not registered: client_secret_basic" in text

    text = previewed(owner, rp, grant_types="client_credentials", redirect_uris="").text
    assert "These would have failed" in text


def test_requests_that_would_get_less_or_ask_for_more_are_told(
    a: Factory, owner: Browser, rp: RelyingParty
) -> None:
    used(a, rp, scope="openid email")

    text = previewed(owner, rp, scope="openid").text
    assert "It would have worked, without these scopes: email" in text
    text = previewed(owner, rp, default_max_age="60").text
    assert "asked to sign in again, after: 60 s" in text
    text = previewed(owner, rp, tos_uri="https://app.example/terms").text
    assert "requests would all have ended as they did" in text


def test_people_who_lack_what_is_asked_for_are_counted(
    a: Factory, owner: Browser, rp: RelyingParty
) -> None:
    used(a, rp)
    with_factor = a.user("eve@example.com")
    person = Browser(a.app.test_client(), rp.issuer)
    person.open(rp.authorization_url()).submit(username="eve@example.com", password=PASSWORD)
    tokens(person.press("Allow"), rp)
    a.phone(with_factor)

    text = previewed(owner, rp, min_acr="urn:idp:loa:2fa").text

    assert "From now on Photos asks for a second factor." in text
    assert "1 of its 2 users has none yet" in text
    assert "Its user would have been asked for a second factor." in text


def test_a_waiver_of_pkce_is_warned_of_and_its_end_names_who_needs_it(
    a: Factory, owner: Browser, rp: RelyingParty
) -> None:
    assert "Without PKCE whoever catches a code" in previewed(owner, rp, pkce_waived="yes").text
    owner.fill(reason="Ops").press("Save")
    person = Browser(a.app.test_client(), rp.issuer)
    person.open(rp.authorization_url(code_challenge=None, code_challenge_method=None))
    assert person.page == "sign-in"
    owner.open(f"/admin/clients/{rp.client_id}/edit")
    form = filled(owner)
    form.pop("pkce_waived")

    owner.submit(**form)

    assert "It came without PKCE, which is not waived any more." in owner.text


def test_whose_requests_have_to_be_pushed_reads_which_were_not(
    a: Factory, owner: Browser, rp: RelyingParty
) -> None:
    a.user("bob@example.com")
    pushed = rp.client.post("/par", data=rp.parameters(), headers=rp.basic(), base_url=rp.issuer)
    assert pushed.status_code == 201
    previewed(owner, rp, pushed_only="yes")
    assert "It was not pushed" not in owner.text

    used(a, rp, email="carol@example.com")

    previewed(owner, rp, pushed_only="yes")
    assert "It was not pushed, as the app's requests have to be now." in owner.text


def test_whose_requests_have_to_be_signed_reads_which_were_not(a: Factory, owner: Browser) -> None:
    rp = a.client(grant_types=["authorization_code"], jwks=signer().jwks)
    told = rp.parameters(iss=rp.client_id, aud=rp.issuer)
    signed = {"client_id": rp.client_id, "request": signer().sign(told)}
    pushed = rp.client.post("/par", data=signed, headers=rp.basic(), base_url=rp.issuer)
    assert pushed.status_code == 201, pushed.text
    previewed(owner, rp, signed_only="yes")
    assert "It was not signed" not in owner.text

    used(a, rp)

    previewed(owner, rp, signed_only="yes")
    assert "It was not signed, as the app's requests have to be now." in owner.text


def test_an_address_that_was_refused_would_work_now(
    a: Factory, owner: Browser, rp: RelyingParty
) -> None:
    person = Browser(a.app.test_client(), rp.issuer)
    assert person.open(rp.authorization_url(redirect_uri=f"{OTHER}/")).status == 400

    text = previewed(owner, rp, redirect_uris=f"{REDIRECT_URI}\n{OTHER}/").text

    assert f"It failed, and would work now. {OTHER}/" in text


def test_an_outdated_form_is_told_before_the_preview(
    a: Factory, owner: Browser, rp: RelyingParty
) -> None:
    previewed(owner, rp, client_name="Mine")
    other = Browser(owner.client, owner.issuer)
    previewed(other, rp, client_name="Theirs").fill(reason="Ops").press("Save")

    owner.fill(reason="Ops").press("Save")

    assert (owner.status, owner.page) == (409, "admin-edit-client")
    assert owner.find("#client_name")["value"] == "Mine"
