"""Clients of an ended session are told, whoever ended it, and the receipt is honest."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from idp import clock, outbound, outbox
from idp.accounts import disable
from idp.extensions import db, transaction
from idp.jobs import deliver_outbox
from idp.models import User
from idp.outbound import OutboundFailed
from idp.outbound.refusal import Reason
from tests.support.browser import Browser
from tests.support.factories import EMAIL, PASSWORD, Factory
from tests.support.relying_party import RelyingParty, answer, claims, header

NOTICE = "https://app.example/backchannel"
EVENT = "http://schemas.openid.net/event/backchannel-logout"


@pytest.fixture
def rp(a: Factory) -> RelyingParty:
    return a.client(backchannel_logout_uri=NOTICE, backchannel_logout_session_required=True)


@pytest.fixture
def posts(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, dict[str, str]]]:
    sent: list[tuple[str, dict[str, str]]] = []

    def post_form(url: str, fields: dict[str, str]) -> int:
        sent.append((url, dict(fields)))
        return 200

    monkeypatch.setattr(outbound, "post_form", post_form)
    return sent


def sign_in(browser: Browser, rp: RelyingParty) -> dict[str, object]:
    browser.open(rp.authorization_url()).submit(username=EMAIL, password=PASSWORD).press("Allow")
    tokens = rp.exchange(answer(browser.left_for)["code"]).get_json()
    return claims(tokens["id_token"])


def deliver(a: Factory) -> int:
    with a.app.app_context():
        return deliver_outbox.run(clock.now())


@pytest.mark.spec("Back-Channel Logout", "2.4")
@pytest.mark.spec("Back-Channel Logout", "2.5")
def test_the_logout_token_names_session_and_user(a, browser, rp, posts) -> None:
    a.user()
    identity = sign_in(browser, rp)

    browser.open("/account/").press("Sign out")
    assert deliver(a) == 1

    ((url, fields),) = posts
    token = claims(fields["logout_token"])
    assert url == NOTICE
    assert list(fields) == ["logout_token"]
    assert header(fields["logout_token"])["typ"] == "logout+jwt"
    assert token["iss"] == rp.issuer
    assert token["aud"] == rp.client_id
    assert (token["sub"], token["sid"]) == (identity["sub"], identity["sid"])
    assert token["events"] == {EVENT: {}}
    assert token["exp"] - token["iat"] <= 120
    assert "nonce" not in token
    assert token["jti"]


def test_the_receipt_says_who_was_told(a, browser, rp, posts) -> None:
    a.user()
    sign_in(browser, rp)
    browser.open("/account/").press("Sign out")
    assert "is being told" in browser.text

    deliver(a)

    assert "was told and signed you out" in browser.reload().text


def test_an_app_that_does_not_answer_is_called_so(a, browser, rp, monkeypatch) -> None:
    def unreachable(_url: str, _fields: dict[str, str]) -> int:
        raise OutboundFailed(Reason.UNREACHABLE)

    monkeypatch.setattr(outbound, "post_form", unreachable)
    a.user()
    sign_in(browser, rp)
    browser.open("/account/").press("Sign out")

    deliver(a)

    assert "hasn't answered yet" in browser.reload().text


def test_an_app_without_an_address_cannot_be_told(a, browser, posts) -> None:
    a.user()
    sign_in(browser, a.client())

    browser.open("/account/").press("Sign out")

    assert "can't be told" in browser.text
    assert deliver(a) == 0
    assert posts == []


def disable_user(user: User) -> None:
    disable.disable(db.session.merge(user))


@pytest.mark.parametrize("ending", [disable_user])
def test_an_administrator_ends_the_session_with_the_same_effect(
    a, browser, rp, posts, ending: Callable[[User], None]
) -> None:
    ann = a.user()
    sign_in(browser, rp)

    with a.app.app_context(), transaction():
        ending(ann)

    assert deliver(a) == 1
    assert posts[0][0] == NOTICE


@pytest.mark.spec("Back-Channel Logout", "2.8")
@pytest.mark.parametrize(
    ("status", "state"),
    [(200, "delivered"), (204, "delivered"), (400, "dead"), (500, "waiting"), (404, "waiting")],
)
def test_a_refusal_is_final_and_a_failure_is_tried_again(
    a, browser, rp, monkeypatch, status, state
) -> None:
    monkeypatch.setattr(outbound, "post_form", lambda _url, _fields: status)
    a.user()
    sid = str(sign_in(browser, rp)["sid"])
    browser.open("/account/").press("Sign out")

    deliver(a)

    with a.app.app_context():
        assert [notice.state for notice in outbox.progress(sid)] == [state]
