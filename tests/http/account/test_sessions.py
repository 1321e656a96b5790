"""Where somebody is signed in: every browser by name, and the end of any of them (R48, R49)."""

from __future__ import annotations

import pytest

from tests.http.account.conftest import CHROME, FIREFOX, Mailbox, NewBrowser, tokens
from tests.support.browser import Browser
from tests.support.factories import Factory
from tests.support.relying_party import RelyingParty, claims

NOTICE = "https://app.example/backchannel"
OFFLINE = "openid offline_access"


@pytest.fixture
def rp(a: Factory) -> RelyingParty:
    return a.client(
        backchannel_logout_uri=NOTICE, rotate_refresh_tokens=True, scope=f"{OFFLINE} email"
    )


@pytest.fixture
def here(a: Factory, another: NewBrowser) -> Browser:
    """Ann at her desk."""
    a.user()
    return another(user_agent=FIREFOX)


def form_token(browser: Browser) -> dict[str, str]:
    return {"csrf_token": str(browser.find("[name=csrf_token]")["value"])}


def rows(browser: Browser) -> list[str]:
    return [" ".join(item.get_text(" ").split()) for item in browser.all("main .items > li")]


def test_every_browser_is_listed_in_words(here: Browser, another: NewBrowser, clock) -> None:
    clock.advance(minutes=3)
    another(user_agent=CHROME)

    this, other = rows(here.open("/account/sessions"))

    assert here.page == "sessions"
    assert "Firefox on Windows" in this
    assert "This device" in this
    assert "127.0.0.1" in this
    assert "Proven with password" in this
    assert "Chrome on Android" in other
    assert "This device" not in other


def test_a_browser_that_nobody_knows_is_called_so(here: Browser, another: NewBrowser) -> None:
    another(user_agent="zzz")

    assert "unknown browser" in rows(here.open("/account/sessions"))[1]


def test_signing_out_another_browser_ends_all_that_hangs_from_it(
    here: Browser, another: NewBrowser, rp: RelyingParty, told: Mailbox
) -> None:
    elsewhere = another()
    given = tokens(elsewhere, rp)
    assert rp.userinfo(given["access_token"]).status_code == 200

    here.open("/account/sessions").press("Sign out of Chrome on Android from 127.0.0.1")

    assert (here.status, here.page) == (200, "sessions")
    assert "That browser is signed out." in here.text
    assert len(rows(here)) == 1
    assert elsewhere.open("/account/").page == "sign-in"
    assert rp.userinfo(given["access_token"]).status_code == 401
    refused = rp.refresh(given["refresh_token"])
    assert (refused.status_code, refused.get_json()["error"]) == (400, "invalid_grant")
    (token,) = told.logout_tokens()
    assert (token["aud"], token["sid"]) == (rp.client_id, claims(given["id_token"])["sid"])


def test_everywhere_else_is_not_here(
    here: Browser, another: NewBrowser, rp: RelyingParty, told: Mailbox
) -> None:
    elsewhere = [another(), another()]
    given = tokens(elsewhere[1], rp)

    here.open("/account/sessions").press("Sign out everywhere else")

    assert "You're signed out everywhere else." in here.text
    assert [browser.open("/account/").page for browser in elsewhere] == ["sign-in", "sign-in"]
    assert here.open("/account/").page == "account"
    assert rp.refresh(given["refresh_token"]).status_code == 400
    assert len(told.logout_tokens()) == 1


def test_what_may_stay_connected_does(here: Browser, another: NewBrowser, rp: RelyingParty) -> None:
    """OIDC Core §11: offline access is independent of the session; the page says so."""
    given = tokens(another(), rp, scope=OFFLINE)

    here.open("/account/sessions").press("Sign out everywhere else")

    assert rp.refresh(given["refresh_token"]).status_code == 200


def test_ending_this_browsers_own_session_leads_to_signing_in(
    a: Factory, here: Browser, another: NewBrowser
) -> None:
    other = another()
    mine = str(other.open("/account/sessions").find("main .items form")["action"])

    here.open("/account/sessions").open(mine, method="POST", data=form_token(here))

    assert here.page == "sign-in"


def test_nobody_ends_a_session_of_somebody_else(
    a: Factory, here: Browser, another: NewBrowser
) -> None:
    """IDOR."""
    a.user("eve@example.com", name="Eve")
    another()
    theirs = here.open("/account/sessions").find("main .items form")["action"]
    eve = another("eve@example.com")
    eve.open("/account/sessions")

    eve.open(str(theirs), method="POST", data=form_token(eve))

    assert eve.status == 404
    assert len(rows(here.open("/account/sessions"))) == 2


def test_a_session_is_ended_once(here: Browser, another: NewBrowser) -> None:
    another()
    action = str(here.open("/account/sessions").find("main .items form")["action"])
    data = form_token(here)

    assert here.open(action, method="POST", data=data).status == 200
    assert here.open(action, method="POST", data=data).status == 404


def test_opening_the_address_ends_nothing(here: Browser, another: NewBrowser) -> None:
    other = another()
    action = str(here.open("/account/sessions").find("main .items form")["action"])

    assert here.open(action).status == 405
    assert other.open("/account/").page == "account"
