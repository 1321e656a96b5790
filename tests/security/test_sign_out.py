"""Nobody is signed out, or sent away, by somebody else; a logout token is nothing but that."""

from __future__ import annotations

import pytest

from idp import clock, outbound
from idp.jobs import deliver_outbox
from tests.http.oauth.conftest import refused
from tests.security.world import World
from tests.support.browser import Browser
from tests.support.relying_party import RelyingParty, answer, claims, header

AFTER = "https://app.example/bye"
BOB = "bob@example.com"


@pytest.fixture(scope="module")
def rp(world: World) -> RelyingParty:
    world.a.user()
    world.a.user(BOB, name="Bob")
    return world.a.client(
        trusted=True,
        post_logout_redirect_uris=[AFTER],
        backchannel_logout_uri="https://app.example/backchannel",
        backchannel_logout_session_required=True,
    )


def signed_in(world: World, rp: RelyingParty, **who: str) -> tuple[Browser, str]:
    """A browser, and the ID token that its app was given."""
    browser = world.signed_in(rp, **who)
    tokens = rp.exchange(answer(browser.left_for)["code"]).json
    return browser, tokens["id_token"]


def is_signed_in(browser: Browser, rp: RelyingParty) -> bool:
    return "code" in answer(browser.open(rp.authorization_url(prompt="none")).left_for)


def requests(rp: RelyingParty, foreign_hint: str) -> list[str]:
    return [
        "/logout",
        f"/logout?id_token_hint={foreign_hint}",
        f"/logout?id_token_hint={foreign_hint}&post_logout_redirect_uri={AFTER}",
        f"/logout?client_id={rp.client_id}&post_logout_redirect_uri={AFTER}",
        f"/logout?client_id={rp.client_id}&post_logout_redirect_uri=https://evil.example/",
        f"/logout?logout_hint={BOB}",
    ]


def test_a_link_somewhere_signs_nobody_out(world: World, rp: RelyingParty) -> None:
    """A94: with no hint, another person's, or another session's, the person is asked."""
    _bob, bobs_token = signed_in(world, rp, email=BOB)
    _elsewhere, own_of_elsewhere = signed_in(world, rp)
    ann, _token = signed_in(world, rp)

    for hint in (bobs_token, own_of_elsewhere):
        for url in requests(rp, hint):
            ann.open(url)
            assert (ann.page, ann.left_for) == ("sign-out", None), url
            assert is_signed_in(ann, rp)


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {},
    ],
    ids=str,
)
def test_a_foreign_form_confirms_nothing(world: World, rp: RelyingParty, headers) -> None:
    """A94, A61: neither the question's nor the account page's."""
    browser, _token = signed_in(world, rp)
    for path in ("/logout/confirm", "/account/sign-out"):
        data = {"decision": "sign-out", "csrf_token": "x"}
        response = browser.client.post(path, data=data, headers=headers)
        assert response.status_code == 403, path
        assert browser.client.get(path).status_code in {404, 405}

    assert is_signed_in(browser, rp)


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
    ],
    ids=str,
)
def test_where_a_form_comes_from_counts_also_when_its_token_is_right(
    world: World, rp: RelyingParty, headers
) -> None:
    """A61, R87: neither of the two has to hold alone."""
    browser, _token = signed_in(world, rp)
    form = browser.open("/account/").find("form[action='/account/sign-out']")

    response = browser.client.post(
        "/account/sign-out", data=browser.fields_of(form), headers=headers
    )

    assert response.status_code == 403
    assert is_signed_in(browser, rp)


def test_a_changed_confirmation_leads_nowhere_else(world: World, rp: RelyingParty) -> None:
    """A94: what it leads to is judged again."""
    browser, _token = signed_in(world, rp)
    browser.open(f"/logout?client_id={rp.client_id}&post_logout_redirect_uri={AFTER}")
    form = browser.find("main form[method=post]")
    fields = browser.fields_of(form) | {
        "decision": "sign-out",
        "post_logout_redirect_uri": "https://evil.example/",
    }

    browser.open(str(form["action"]), method="POST", data=fields)

    assert (browser.left_for, browser.page) == (None, "signed-out")


@pytest.fixture(scope="module")
def told(world: World, rp: RelyingParty) -> str:
    sent: list[str] = []

    def post_form(_url: str, fields: dict[str, str]) -> int:
        sent.append(fields["logout_token"])
        return 200

    browser, _token = signed_in(world, rp)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(outbound, "post_form", post_form)
        browser.open("/account/").press("Sign out")
        with world.app.app_context():
            deliver_outbox.run(clock.now())
    return sent[-1]


class TestLogoutToken:
    """Back-Channel Logout 1.0 §4: it is short-lived, and passes for no other token."""

    def test_it_says_what_it_is_and_soon_says_nothing(self, told: str) -> None:
        """A95."""
        said = claims(told)

        assert header(told)["typ"] == "logout+jwt"
        assert set(said["events"]) == {"http://schemas.openid.net/event/backchannel-logout"}
        assert "nonce" not in said
        assert said["exp"] - said["iat"] <= 120
        assert said["jti"]
        assert not {"acr", "amr", "auth_time", "at_hash"} & set(said)

    def test_it_is_no_hint_and_no_token(self, world: World, rp: RelyingParty, told: str) -> None:
        """A95, A79."""
        browser, _token = signed_in(world, rp)
        browser.open(f"/logout?id_token_hint={told}&post_logout_redirect_uri={AFTER}")
        assert (browser.page, browser.left_for) == ("sign-out", None)
        hinted = rp.authorization_url(id_token_hint=told, prompt="none")
        location = rp.client.get(hinted).headers["Location"]
        assert answer(location)["error"] == "invalid_request"
        assert rp.userinfo(told).status_code == 401
        refused(rp.refresh(told), 400, "invalid_grant")
        refused(rp.exchange(told), 400, "invalid_grant")
        for path in ("/introspect", "/revoke"):
            answered = rp.client.post(path, data={"token": told}, headers=rp.basic())
            assert answered.status_code == 200
        assert is_signed_in(browser, rp)

    def test_an_id_token_is_none(self, world: World, rp: RelyingParty) -> None:
        """A95: an app that checks as the specification says cannot be told by one."""
        _browser, token = signed_in(world, rp)

        assert header(token).get("typ", "JWT") == "JWT"
        assert "events" not in claims(token)
        assert "nonce" in claims(token)
