"""Cookies are random names for rows: they say nothing, and an altered one names nothing."""

from __future__ import annotations

import base64

import pytest

from tests.support.browser import Browser
from tests.support.factories import EMAIL, PASSWORD, Factory
from tests.support.relying_party import RelyingParty

COOKIES = ("__Host-session", "__Host-browser", "__Host-device", "__Host-trusted")
HOST = "idp.example"


@pytest.fixture
def browser(a: Factory, browser: Browser) -> Browser:
    """Signed in, known and trusted."""
    rp: RelyingParty = a.client(trusted=True)
    phone = a.phone(a.user())
    browser.open(rp.authorization_url()).submit(username=EMAIL, password=PASSWORD)
    browser.submit(code=phone.code(), trust_device="yes")
    assert browser.left_for is not None
    return browser


def value_of(browser: Browser, name: str) -> str:
    found = browser.client.get_cookie(name, HOST)
    assert found is not None, name
    return str(found.value)


@pytest.mark.parametrize("name", COOKIES)
def test_a_cookie_holds_nothing_but_randomness(browser: Browser, name: str) -> None:
    """R47, R40: 256 bits, which say nothing about anybody."""
    secret = value_of(browser, name).rsplit(".", 1)[-1]
    raw = base64.urlsafe_b64decode(secret + "=")

    assert len(raw) == 32
    assert b"ann" not in raw


@pytest.mark.parametrize("name", COOKIES)
def test_an_altered_cookie_is_nobodys(a: Factory, browser: Browser, name: str) -> None:
    """R47: whichever character is changed."""
    value = value_of(browser, name)
    for at in (0, len(value) // 2, len(value) - 2):
        altered = value[:at] + ("A" if value[at] != "A" else "B") + value[at + 1 :]
        thief = Browser(a.app.test_client(), browser.issuer)
        thief.client.set_cookie(name, altered, domain=HOST, secure=True)

        assert thief.open("/account/").page == "sign-in"
        assert thief.submit(username=EMAIL, password=PASSWORD).page == "second-factor"


def test_a_made_up_cookie_of_state_is_ignored(a: Factory, browser: Browser) -> None:
    """R47: what a framework might have put there."""
    state = base64.urlsafe_b64encode(b'{"user": "ann@example.com", "mfa": true}').decode()
    thief = Browser(a.app.test_client(), browser.issuer)
    for name in ("session", *COOKIES):
        thief.client.set_cookie(name, state, domain=HOST, secure=True)

    assert thief.open("/account/").page == "sign-in"


@pytest.mark.parametrize("name", COOKIES)
def test_a_cookie_that_came_twice_is_not_believed(a: Factory, browser: Browser, name: str) -> None:
    """A71: a sibling host tosses one beside ours, before it or after it."""
    mine = value_of(browser, name)
    for tossed in (f"{name}={mine}; {name}=other", f"{name}=other; {name}={mine}"):
        response = a.app.test_client(use_cookies=False).get("/account/", headers={"Cookie": tossed})

        assert response.status_code == 400
        assert "__Host-session" not in response.headers.get("Set-Cookie", "")


@pytest.mark.parametrize(
    "tossed",
    [
        "=__Host-session=x",
        "__host-session=x",
        "idp_session=x",
        "; ;=; =;",
        "__Host-session=" + "x" * 4096,
        "; ".join(f"c{number}=v" for number in range(200)),
        '__Host-session="x\\"; Path=/"',
        "__Host-session=\xe4\xff",
    ],
    ids=["nameless", "lower-case", "other-name", "empty", "4-kB", "200", "quoted", "bytes"],
)
def test_odd_cookies_are_nobodys(a: Factory, browser: Browser, tossed: str) -> None:
    """A71: alone they open nothing, and beside the real one they change nothing or are refused."""
    stranger = a.app.test_client(use_cookies=False)
    alone = stranger.get("/account/", headers={"Cookie": tossed})
    real = f"__Host-session={value_of(browser, '__Host-session')}"
    beside = stranger.get("/account/", headers={"Cookie": f"{real}; {tossed}"})

    assert alone.status_code in {303, 400, 431}
    assert beside.status_code in {200, 400, 431}
