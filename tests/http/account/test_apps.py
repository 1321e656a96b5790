"""The apps that may use an account: what they may do, and how they lose it (R49)."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from idp.extensions import db
from idp.models import AuditEvent
from tests.http.account.conftest import Mailbox, NewBrowser, tokens
from tests.support.browser import Browser
from tests.support.factories import EMAIL, PASSWORD, Factory
from tests.support.relying_party import RelyingParty, answer

NOTICE = "https://app.example/backchannel"
SCOPE = "openid email offline_access"


@pytest.fixture
def rp(a: Factory) -> RelyingParty:
    return a.client(
        backchannel_logout_uri=NOTICE, rotate_refresh_tokens=True, scope=f"{SCOPE} profile"
    )


@pytest.fixture
def here(a: Factory, another: NewBrowser) -> Browser:
    a.user()
    return another()


def test_an_app_stands_there_with_what_it_may_do(here: Browser, rp: RelyingParty) -> None:
    tokens(here, rp, scope=SCOPE)

    here.open("/account/apps")

    assert (here.status, here.page) == (200, "apps")
    for said in ("Photos", "See your email", "ann@example.com", "Stay connected", "First allowed"):
        assert said in here.text
    assert "See your profile" not in here.text


def test_all_that_an_app_is_told_stands_on_both_pages(a: Factory, browser: Browser) -> None:
    a.user(
        name="Ann Example",
        given_name="Ann",
        birthdate="1985-03-14",
        gender="female",
        picture="https://ann.example/me.png",
        zoneinfo="Europe/Paris",
        phone_number="+33 1 99 00 00 00",
        address={"street_address": "1 Quai", "postal_code": "75001", "locality": "Paris"},
    )
    scope = "openid profile phone address"
    rp = a.client(scope=scope)
    browser.open(rp.authorization_url(scope=scope))
    browser.submit(username=EMAIL, password=PASSWORD)
    assert browser.page == "consent"
    before = browser.find(".scopes").get_text(" ")

    browser.press("Allow")

    told = rp.userinfo(rp.exchange(answer(browser.left_for)["code"]).json["access_token"]).json
    after = browser.open("/account/apps").find(".scopes").get_text(" ")
    for page in (before, after):
        for value in (one for name, one in told.items() if isinstance(one, str) and name != "sub"):
            assert value in page, (value, page)
        assert "1 Quai, 75001, Paris" in page
        assert page.count("Ann") == 1, "not again as the first name"


def test_without_apps_the_page_says_so(here: Browser) -> None:
    assert "No app uses your account." in here.open("/account/apps").text


@pytest.mark.parametrize("rotates", [True, False])
def test_the_last_use_is_known(a: Factory, here: Browser, clock, *, rotates: bool) -> None:
    rp = a.client(rotate_refresh_tokens=rotates, scope=SCOPE)
    given = tokens(here, rp, scope=SCOPE)
    clock.advance(days=3)
    assert rp.refresh(given["refresh_token"]).status_code == 200
    elsewhere = Browser(a.app.test_client(), here.issuer).open("/account/apps")

    elsewhere.submit(username="ann@example.com", password="four unrelated words here")

    first, last = (one["datetime"] for one in elsewhere.all("main dl time"))
    assert str(first)[:10] < str(last)[:10]
    assert str(last)[:10] == str(clock.now())[:10]


def test_removing_an_app_ends_everything_that_it_was_given(
    here: Browser, rp: RelyingParty, told: Mailbox
) -> None:
    given = tokens(here, rp, scope=SCOPE)
    assert rp.userinfo(given["access_token"]).status_code == 200

    here.open("/account/apps").follow("Remove")
    assert here.page == "remove-app"
    assert rp.userinfo(given["access_token"]).status_code == 200
    here.press("Remove")

    assert (here.status, here.page) == (200, "apps")
    assert "The app was removed." in here.text
    assert "Photos" not in here.find("main .account").get_text()
    assert rp.userinfo(given["access_token"]).status_code == 401
    refused = rp.refresh(given["refresh_token"])
    assert (refused.status_code, refused.get_json()["error"]) == (400, "invalid_grant")
    assert [token["aud"] for token in told.logout_tokens()] == [rp.client_id]
    assert here.open("/account/").page == "account"
    assert here.open(rp.authorization_url(scope="openid")).page == "consent"


def test_an_app_that_asks_nobody_can_be_signed_out_of(
    a: Factory, here: Browser, told: Mailbox
) -> None:
    rp = a.client(trusted=True, client_name="Intranet", backchannel_logout_uri=NOTICE)
    given = tokens(here, rp)

    here.open("/account/apps").follow("Sign out of this app")
    assert "Sign out of Intranet?" in here.text
    here.press("Sign out of it")

    assert "The app was signed out of your account." in here.text
    assert "No app uses your account." in here.text
    assert rp.userinfo(given["access_token"]).status_code == 401
    assert rp.refresh(given["refresh_token"]).status_code == 400
    assert len(told.logout_tokens()) == 1
    with a.app.app_context():
        happened = select(AuditEvent.client_id).where(AuditEvent.type == "app_signed_out")
        assert db.session.scalars(happened).all() == [rp.client_id]


def test_an_app_that_asks_nobody_and_holds_nothing_is_not_listed(
    a: Factory, here: Browser, another: NewBrowser
) -> None:
    rp = a.client(trusted=True, client_name="Intranet")
    elsewhere = another()
    tokens(elsewhere, rp)
    assert "Intranet" in here.open("/account/apps").text

    elsewhere.open("/account/").press("Sign out")

    assert "Intranet" not in here.open("/account/apps").text


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_nobody_removes_an_app_of_somebody_else(
    a: Factory, here: Browser, another: NewBrowser, rp: RelyingParty, method: str
) -> None:
    """IDOR: the address names an app, and whose it is comes from the session."""
    given = tokens(here, rp, scope=SCOPE)
    a.user("eve@example.com", name="Eve")
    eve = another("eve@example.com").open("/account/apps")
    token = str(eve.find("[name=csrf_token]")["value"])

    eve.open(f"/account/apps/{rp.client_id}/remove", method=method, data={"csrf_token": token})

    assert eve.status == 404
    assert rp.refresh(given["refresh_token"]).status_code == 200
    assert "Photos" in here.open("/account/apps").text
