"""Signing out at the request of an app."""

from __future__ import annotations

import pytest
from sqlalchemy import func, select

from idp.accounts import logout_notices
from idp.extensions import db
from idp.models import OutboundMessage
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
def test_the_hint_of_one_app_says_nothing_beside_the_name_of_another(
    a, browser, rp, id_token
) -> None:
    other = a.client(client_name="Albums", post_logout_redirect_uris=[AFTER])

    browser.open(
        f"/logout?id_token_hint={id_token}&client_id={other.client_id}"
        f"&post_logout_redirect_uri={AFTER}"
    )

    assert (browser.page, browser.left_for) == ("sign-out", None)
    assert is_signed_in(browser, rp)


@pytest.mark.spec("RP-Initiated Logout", "2")
def test_a_posted_request_without_cookies_works(a, browser, rp, id_token) -> None:
    stranger = a.app.test_client().post(
        "/logout", data={"id_token_hint": id_token, "post_logout_redirect_uri": AFTER}
    )

    browser.open(stranger.location)

    assert browser.left_for == AFTER
    assert not is_signed_in(browser, rp)


@pytest.mark.spec("RP-Initiated Logout", "2")
@pytest.mark.parametrize("extra", [{"logout_hint": "x" * 9_000}, {"id_token_hint": "x" * 9_000}])
def test_a_posted_request_too_long_for_an_address_leads_to_the_question(
    a, browser, rp, id_token, extra
) -> None:
    asked = {"id_token_hint": id_token, "client_id": rp.client_id, "state": "s"}
    stranger = a.app.test_client().post(
        "/logout", data={"post_logout_redirect_uri": AFTER} | asked | extra
    )

    browser.open(stranger.location)
    assert browser.page == "sign-out"
    browser.press("Sign out")

    assert browser.left_for == f"{AFTER}?state=s"


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


class TestHowFar:
    """The question's page lets the user choose: this app, this device, everywhere."""

    @pytest.fixture
    def rp(self, a: Factory) -> RelyingParty:
        return a.client(
            post_logout_redirect_uris=[AFTER],
            backchannel_logout_uri="https://app.example/backchannel",
        )

    @pytest.fixture
    def elsewhere(self, a: Factory, rp: RelyingParty, id_token: str) -> Browser:
        """Another browser of the same person."""
        other = Browser(a.app.test_client(), rp.issuer)
        return other.open("/account/").submit(username=EMAIL, password=PASSWORD)

    def ask(self, browser: Browser, rp: RelyingParty, where: str, *, way_back: str = "") -> Browser:
        browser.open(f"/logout?client_id={rp.client_id}{way_back}")
        return browser.fill(where=where).press("Sign out")

    def test_here_is_what_is_chosen_by_itself(self, browser, rp, elsewhere) -> None:
        browser.open("/logout").press("Sign out")

        assert browser.page == "signed-out"
        assert "on this device" in browser.text
        assert browser.follow("See where else you're signed in").page == "sign-in"
        assert elsewhere.open("/account/").page == "account"

    def test_everywhere_ends_every_browser(self, browser, rp, elsewhere) -> None:
        """R48."""
        self.ask(browser, rp, "everywhere")

        assert browser.page == "signed-out"
        assert "on all devices" in browser.text
        assert not is_signed_in(browser, rp)
        assert elsewhere.open("/account/").page == "sign-in"

    def test_of_the_app_alone_the_session_goes_on(self, browser, rp, elsewhere) -> None:
        waiting = outbox_of(browser)
        self.ask(browser, rp, "app")

        assert (browser.status, browser.page) == (200, "apps")
        assert "The app was signed out of your account." in browser.text
        assert outbox_of(browser) == waiting + 1  # the app is told
        assert is_signed_in(browser, rp)
        assert elsewhere.open("/account/").page == "account"

    def test_of_the_app_alone_leads_back_to_it(self, browser, rp, id_token) -> None:
        self.ask(browser, rp, "app", way_back=f"&post_logout_redirect_uri={AFTER}&state=s")

        assert browser.left_for == f"{AFTER}?state=s"

    def test_what_the_app_held_by_this_session_has_ended(self, a, browser, rp) -> None:
        a.user()
        browser.open(rp.authorization_url()).submit(username=EMAIL, password=PASSWORD)
        tokens = rp.exchange(answer(browser.press("Allow").left_for)["code"]).get_json()
        assert rp.userinfo(tokens["access_token"]).status_code == 200

        self.ask(browser, rp, "app")

        assert rp.userinfo(tokens["access_token"]).status_code == 401

    def test_an_app_that_has_nothing_here_is_not_offered(self, a, browser, rp, id_token) -> None:
        stranger = a.client(client_name="Albums")

        browser.open(f"/logout?client_id={stranger.client_id}")

        assert not browser.all("input[name=where][value=app]")
        browser.fill(where="app").press("Sign out")
        assert is_signed_in(browser, rp)


def outbox_of(browser: Browser) -> int:
    """How many notices to apps have been written down."""
    with browser.client.application.app_context():
        notices = select(func.count()).where(OutboundMessage.kind == logout_notices.KIND)
        return db.session.scalar(notices) or 0
