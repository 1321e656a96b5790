"""Where the deployment offers it, apps are signed out in frames, and then the user goes back."""

from __future__ import annotations

from dataclasses import replace
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from config import ProtocolSettings
from idp.clients import templates
from idp.clients.metadata import problems
from idp.clients.redirect_uri import Deployment
from tests.support.browser import Browser
from tests.support.factories import EMAIL, PASSWORD, Factory
from tests.support.relying_party import RelyingParty, answer, claims
from tests.support.spec_matrix import spec

FRAME = "https://app.example/logout?tenant=7"
BACK = "https://app.example/bye"


@pytest.fixture
def overrides() -> dict[str, Any]:
    return {"protocol": ProtocolSettings(front_channel_logout=True)}


@pytest.fixture
def rp(a: Factory) -> RelyingParty:
    a.user()
    return a.client(frontchannel_logout_uri=FRAME, post_logout_redirect_uris=(BACK,))


def sign_in(browser: Browser, rp: RelyingParty) -> str:
    """The ID token."""
    browser.open(rp.authorization_url())
    if browser.page == "sign-in":
        browser.submit(username=EMAIL, password=PASSWORD)
    browser.press("Allow")
    token: str = rp.exchange(answer(browser.left_for)["code"]).get_json()["id_token"]
    return token


def sign_out(browser: Browser, hint: str) -> Browser:
    uri = f"/logout?id_token_hint={hint}&post_logout_redirect_uri={BACK}&state=s+1"
    return browser.open(uri)


@spec("Front-Channel Logout", "2")
@spec("Front-Channel Logout", "3")
def test_the_app_is_signed_out_in_a_frame_that_names_issuer_and_session(browser, rp) -> None:
    hint = sign_in(browser, rp)

    sign_out(browser, hint)

    assert (browser.status, browser.page) == (200, "signed-out")
    (frame,) = browser.all("iframe")
    address = urlsplit(str(frame["src"]))
    assert f"{address.scheme}://{address.netloc}{address.path}" == "https://app.example/logout"
    assert parse_qs(address.query) == {
        "tenant": ["7"],
        "iss": [rp.issuer],
        "sid": [claims(hint)["sid"]],
    }
    policy = browser.response.headers["Content-Security-Policy"]
    assert "frame-src https://app.example" in [part.strip() for part in policy.split(";")]
    assert "can't tell us whether it did" in browser.text


@spec("RP-Initiated Logout", "3")
def test_the_way_back_is_a_link_that_a_script_follows(browser, rp) -> None:
    sign_out(browser, sign_in(browser, rp))

    link = browser.find("a[data-continue]")
    assert link["href"] == f"{BACK}?state=s+1"
    assert browser.all('script[src*="js/frames.js"]')
    # The session is over whether or not a frame loads.
    browser.open(rp.authorization_url(prompt="none"))
    assert answer(browser.left_for)["error"] == "login_required"


def test_each_app_of_the_session_has_one_frame(a, browser, rp) -> None:
    other = a.client(
        client_name="Other",
        redirect_uris=["https://other.example/cb"],
        frontchannel_logout_uri="https://other.example/out",
    )
    silent = a.client(client_name="Silent")
    for party in (rp, other, silent):
        sign_in(browser, party)

    browser.open("/account/").press("Sign out")

    assert len(browser.all("iframe")) == 2
    assert not browser.all("a[data-continue]")
    policy = browser.response.headers["Content-Security-Policy"]
    sources = next(part for part in policy.split("; ") if part.startswith("frame-src"))
    assert set(sources.split()[1:]) == {"https://app.example", "https://other.example"}


def test_without_such_an_app_nothing_changes(a, browser) -> None:
    a.user()
    plain = a.client(post_logout_redirect_uris=(BACK,))

    sign_out(browser, sign_in(browser, plain))

    assert browser.left_for == f"{BACK}?state=s+1"


@spec("Front-Channel Logout", "3")
def test_discovery_says_so(client) -> None:
    document = client.get("/.well-known/openid-configuration").json

    assert document["frontchannel_logout_supported"] is True
    assert document["frontchannel_logout_session_supported"] is True


@spec("Front-Channel Logout", "2")
@pytest.mark.parametrize(
    ("uri", "is_fine"),
    [
        ("https://app.example/out?x=1", True),
        ("https://app.example?x=1", True),
        ("https://other.example/out", False),
        ("https://app.example:8443/out", False),
        ("http://app.example/out", False),
    ],
)
def test_the_frame_is_of_an_origin_that_users_are_sent_to(uri, is_fine) -> None:
    start = templates.propose(templates.Template.WEB, "Photos")
    proposed = replace(
        start, redirect_uris=("https://app.example/cb",), frontchannel_logout_uri=uri
    )

    assert (problems(proposed, Deployment.PUBLIC) == {}) is is_fine


class TestOff:
    """As every deployment is, unless somebody says otherwise."""

    @pytest.fixture
    def overrides(self) -> dict[str, Any]:
        return {}

    def test_there_is_no_frame_and_discovery_is_silent(self, browser, rp, client) -> None:
        document = client.get("/.well-known/openid-configuration").json
        sign_out(browser, sign_in(browser, rp))

        assert browser.left_for == f"{BACK}?state=s+1"
        assert not [name for name in document if name.startswith("frontchannel")]
