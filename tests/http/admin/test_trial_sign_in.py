"""Test sign-in: the real flow as an app, shown hop by hop, and a redirect URI that nobody else can
use.
"""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from sqlalchemy import select

from idp.clients.metadata import fapi2
from idp.extensions import db
from idp.models import AuditEvent, Role, TokenFamily
from tests.http.admin.conftest import Arrive
from tests.support.browser import Browser
from tests.support.factories import PASSWORD, Factory
from tests.support.relying_party import RelyingParty
from tests.support.signer import signer

OURS = "/admin/trial"


@pytest.fixture
def rp(a: Factory) -> RelyingParty:
    return a.client(scope="openid email profile")


def begun(browser: Browser, rp: RelyingParty, **fields: str) -> Browser:
    browser.open(f"/admin/clients/{rp.client_id}/trial")
    assert (browser.status, browser.page) == (200, "admin-try-client")
    return browser.submit(**{"scope": "openid email", "prompt": ""} | fields)


def back(browser: Browser, rp: RelyingParty, **fields: str) -> Browser:
    """Past consent, with the answer shown."""
    begun(browser, rp, **fields)
    if browser.page == "consent":
        browser.press("Allow")
    assert (browser.status, browser.page) == (200, "admin-trial-answer"), browser.text[:300]
    return browser


def events(a: Factory, kind: str) -> list[dict[str, Any]]:
    with a.app.app_context():
        found = select(AuditEvent).where(AuditEvent.type == kind)
        return [{**one.details, "actor": one.actor} for one in db.session.scalars(found)]


def test_every_hop_and_token_is_shown_and_nothing_is_left_behind(
    a: Factory, owner: Browser, rp: RelyingParty
) -> None:
    back(owner, rp, scope="openid email reports:read")
    code = str(owner.find("[name=code]")["value"])
    assert "GET https://idp.example/authorize" in owner.text
    assert code not in owner.text

    owner.press("Exchange the code")

    text = owner.text
    assert (owner.status, owner.page) == (200, "admin-trial-result")
    assert "Everything worked, and every check held." in text
    assert "Does not hold" not in text
    for part in ("/token", "/userinfo", "ann@example.com", "at+jwt", "at_hash", "urn:idp:loa:2fa"):
        assert part in text, part
    assert "Asked for and not given: reports:read." in text
    assert "How the app proves itself was not tried" in text
    assert code not in owner.response.text
    assert "eyJ" not in owner.response.text
    with a.app.app_context():
        families = db.session.scalars(select(TokenFamily)).all()
        assert len(families) == 1
        assert families[0].revoked_at is not None
    assert [one["outcome"] for one in events(a, "trial_sign_in_ended")] == ["ok"]
    (issued,) = events(a, "tokens_issued")
    assert issued["actor"].startswith("user:")


def test_the_secret_is_checked_when_it_is_typed(
    a: Factory, owner: Browser, rp: RelyingParty
) -> None:
    back(owner, rp).fill(client_secret="wrong").press("Exchange the code")
    assert "The token endpoint refused: invalid_client" in owner.text

    back(owner, rp).fill(client_secret=rp.client_secret or "").press("Exchange the code")
    assert "The app proved itself by the secret that you typed." in owner.text
    assert (rp.client_secret or "") not in owner.response.text


def test_somebody_else_signs_in_and_the_administration_goes_on(
    a: Factory, owner: Browser, rp: RelyingParty
) -> None:
    a.user("bob@example.com")
    begun(owner, rp, prompt="select_account")
    assert owner.page == "select-account"
    owner.press("Use another account")
    owner.submit(username="bob@example.com", password=PASSWORD).press("Allow")
    assert owner.page == "admin-trial-answer"

    owner.press("Exchange the code")

    assert owner.page == "admin-trial-result"
    assert "bob@example.com" in owner.text
    owner.follow("Go to the app")
    assert (owner.status, owner.page) == (200, "admin-client")
    assert "ann@example.com" in owner.text


def test_a_user_who_declines_is_an_answer_too(owner: Browser, rp: RelyingParty) -> None:
    begun(owner, rp).press("Cancel")

    assert owner.page == "admin-trial-answer"
    assert "access_denied" in owner.text
    assert not owner.all("[name=code]")


def test_an_answer_is_good_once_here_and_for_ten_minutes(
    a: Factory, owner: Browser, rp: RelyingParty, clock
) -> None:
    back(owner, rp)
    sent = owner.fields_of(owner.find("main form"))
    answer_url = owner.url
    owner.press("Exchange the code")

    assert owner.open(OURS, method="POST", data=sent).page in {"admin-trial-over", "error"}
    assert (owner.open(answer_url).status, owner.page) == (410, "admin-trial-over")
    assert len(events(a, "trial_sign_in_ended")) == 1

    back(owner, rp)
    answer_url = owner.url
    clock.advance(minutes=11)
    assert owner.open(answer_url).page == "admin-trial-over"


def test_our_address_is_registered_for_nobody(
    a: Factory, owner: Browser, arrive: Arrive, rp: RelyingParty
) -> None:
    uri = f"{owner.issuer}{OURS}"
    stranger = Browser(a.app.test_client(), owner.issuer)
    assert stranger.open(rp.authorization_url(redirect_uri=uri)).status == 400
    assert owner.open(rp.authorization_url(redirect_uri=uri)).status == 400

    owner.open(f"/admin/clients/{rp.client_id}/trial")
    form = owner.fields_of(owner.find("main form")) | {"scope": "openid"}
    answered = owner._request(
        f"/admin/clients/{rp.client_id}/trial", "POST", form, {"Origin": owner.issuer}
    )
    request = answered.headers["Location"]
    state = parse_qs(urlsplit(request).query)["state"][0]

    # the same request in another browser, and of another administrator
    assert stranger.open(request).status == 400
    other = arrive(Role.CLIENT_MANAGER, "bea@example.com")
    assert other.open(request).status == 400
    assert other.open(f"{OURS}?state={state}&code=x").page == "admin-trial-over"
    # the state of this trial for another client
    foreign = a.client(client_name="Other")
    assert owner.open(foreign.authorization_url(redirect_uri=uri, state=state)).status == 400
    # and still good where it was begun
    assert owner.open(request).page == "consent"


@pytest.mark.parametrize("role", [Role.AUDITOR, Role.SUPPORT])
def test_who_may_not_change_apps_tries_none(arrive: Arrive, rp: RelyingParty, role: Role) -> None:
    assert arrive(role).open(f"/admin/clients/{rp.client_id}/trial").status == 403


def test_old_proofs_are_not_enough(owner: Browser, rp: RelyingParty, clock) -> None:
    clock.advance(minutes=16)

    assert owner.open(f"/admin/clients/{rp.client_id}/trial").page == "sign-in"


def test_a_program_is_tried_without_a_browser(a: Factory, owner: Browser) -> None:
    machine = a.client("machine", scope="reports:read")
    owner.open(f"/admin/clients/{machine.client_id}/trial").submit(scope="reports:read")

    assert (owner.status, owner.page) == (200, "admin-trial-result")
    assert "reports:read" in owner.text
    assert "eyJ" not in owner.response.text


@pytest.mark.parametrize(
    "held",
    [
        fapi2.DEFAULTS | {"profile": "fapi2", "jwks": signer().jwks},
        {"require_pushed_authorization_requests": True, "dpop_bound_access_tokens": True},
    ],
)
def test_apps_that_push_their_requests_and_bind_their_tokens_are_tried_without(
    a: Factory, owner: Browser, held: dict[str, Any]
) -> None:
    back(owner, a.client(scope="openid email", **held))

    owner.press("Exchange the code")

    assert "Everything worked, and every check held." in owner.text


@pytest.mark.parametrize("template", ["spa", "native"])
def test_apps_without_a_secret_are_tried_as_they_are(
    a: Factory, owner: Browser, template: str
) -> None:
    rp = a.client(template, scope="openid email")
    back(owner, rp)
    assert not owner.all("[name=client_secret]")

    owner.press("Exchange the code")

    assert "Everything worked, and every check held." in owner.text
