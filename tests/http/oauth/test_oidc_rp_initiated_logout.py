"""Signing out at the request of an app."""

from __future__ import annotations

import pytest

from tests.support.browser import Browser
from tests.support.factories import EMAIL, PASSWORD, Factory
from tests.support.relying_party import RelyingParty, answer

AFTER = "https://app.example/bye"


@pytest.fixture
def rp(a: Factory) -> RelyingParty:
    return a.client(post_logout_redirect_uris=[AFTER])


@pytest.fixture
def id_token(a: Factory, browser: Browser, rp: RelyingParty) -> str:
    a.user()
    browser.open(rp.authorization_url()).submit(username=EMAIL, password=PASSWORD).press("Allow")
    tokens = rp.exchange(answer(browser.left_for)["code"]).get_json()
    return str(tokens["id_token"])


def is_signed_in(browser: Browser, rp: RelyingParty) -> bool:
    browser.open(rp.authorization_url(prompt="none"))
    return "code" in answer(browser.left_for)


@pytest.mark.spec("RP-Initiated Logout", "2")
@pytest.mark.spec("RP-Initiated Logout", "3")
def test_a_hint_of_this_session_signs_out_and_goes_back(browser, rp, id_token) -> None:
    browser.open(
        f"/logout?id_token_hint={id_token}&post_logout_redirect_uri={AFTER}&state=a%20%26b"
    )

    assert browser.left_for == f"{AFTER}?state=a+%26b"
    assert not is_signed_in(browser, rp)


@pytest.mark.spec("RP-Initiated Logout", "3")
def test_no_state_is_invented(browser, rp, id_token) -> None:
    browser.open(f"/logout?id_token_hint={id_token}&post_logout_redirect_uri={AFTER}")

    assert browser.left_for == AFTER


@pytest.mark.spec("RP-Initiated Logout", "2")
def test_an_expired_hint_is_still_a_hint(browser, rp, id_token, clock) -> None:
    clock.advance(minutes=20)

    browser.open(f"/logout?id_token_hint={id_token}&post_logout_redirect_uri={AFTER}")

    assert browser.left_for == AFTER


@pytest.mark.spec("RP-Initiated Logout", "2")
def test_a_posted_request_without_cookies_works(a, browser, rp, id_token) -> None:
    stranger = a.app.test_client().post(
        "/logout", data={"id_token_hint": id_token, "post_logout_redirect_uri": AFTER}
    )

    browser.open(stranger.location)

    assert browser.left_for == AFTER
    assert not is_signed_in(browser, rp)


@pytest.mark.spec("RP-Initiated Logout", "4")
@pytest.mark.parametrize(
    "query",
    [
        "",
        "state=x",
        f"post_logout_redirect_uri={AFTER}",
        "id_token_hint=garbage&post_logout_redirect_uri=" + AFTER,
        "id_token_hint=eyJhbGciOiJub25lIn0.e30.&post_logout_redirect_uri=" + AFTER,
        "client_id=unknown&post_logout_redirect_uri=" + AFTER,
        "state=a&state=b",
        "%ff=%ff",
    ],
)
def test_without_a_good_hint_the_user_is_asked_and_not_sent_away(
    browser, rp, id_token, query
) -> None:
    """A94."""
    browser.open(f"/logout?{query}")

    assert (browser.status, browser.page) == (200, "sign-out")
    browser.press("Sign out")
    assert browser.page == "signed-out"
    assert not is_signed_in(browser, rp)


@pytest.mark.spec("RP-Initiated Logout", "3.1")
@pytest.mark.parametrize("uri", [AFTER + "/", AFTER + "?x=1", "https://evil.example/", "//evil"])
def test_an_unregistered_address_is_never_followed(browser, rp, id_token, uri) -> None:
    browser.open(f"/logout?id_token_hint={id_token}&post_logout_redirect_uri={uri}")

    assert browser.page == "sign-out"
    browser.press("Sign out")
    assert browser.page == "signed-out"


def test_whoever_stays_is_still_signed_in(browser, rp, id_token) -> None:
    browser.open("/logout").press("Stay signed in")

    assert browser.page == "account"
    assert is_signed_in(browser, rp)


def test_a_named_client_is_returned_to_after_the_question(browser, rp, id_token) -> None:
    browser.open(f"/logout?client_id={rp.client_id}&post_logout_redirect_uri={AFTER}&state=s")
    assert browser.page == "sign-out"

    browser.press("Sign out")

    assert browser.left_for == f"{AFTER}?state=s"


def test_a_confirmation_from_elsewhere_is_refused(browser, rp, id_token) -> None:
    response = browser.client.post("/logout/confirm", data={"decision": "sign-out"})

    assert response.status_code == 403
    assert is_signed_in(browser, rp)


def test_signing_out_without_a_session_is_no_dead_end(browser) -> None:
    assert browser.open("/logout").page == "signed-out"


@pytest.mark.parametrize("name", ["id_token_hint", "client_id"])
def test_an_access_token_is_no_hint(browser, rp, id_token, name) -> None:
    tokens = rp.token(grant_type="client_credentials").get_json()
    browser.open(f"/logout?{name}={tokens.get('access_token', 'x')}")

    assert browser.page == "sign-out"
