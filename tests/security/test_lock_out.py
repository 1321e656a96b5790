"""Nobody is locked out by strangers, and strangers get a hundred guesses in all."""

from __future__ import annotations

from collections.abc import Callable
from threading import Event, Thread
from typing import Any

import pytest

from idp import origin
from idp.accounts import disable, password_link
from idp.authentication import password as passwords
from idp.authentication.verdict import Reason, Rejected, Throttled
from idp.extensions import db, transaction
from idp.models import User
from tests.security.conftest import Running
from tests.support.browser import Browser
from tests.support.factories import EMAIL, PASSWORD, Factory
from tests.support.over_the_wire import browser_at
from tests.support.race import at_once
from tests.support.relying_party import RelyingParty
from tests.support.time_travel import Clock

HOST = "idp.example"
NOBODY = "nobody@example.com"
NEW = "five more unrelated words"

Recorded = Callable[[str, User], int]


@pytest.fixture
def rp(a: Factory) -> RelyingParty:
    return a.client(trusted=True)


@pytest.fixture
def ann(a: Factory) -> User:
    return a.user()


@pytest.fixture
def known(browser: Browser, rp: RelyingParty, ann: User) -> Browser:
    """Ann's browser, in which she has signed in before."""
    assert sign_in(browser, rp).left_for is not None
    return signed_out(browser)


@pytest.fixture
def stranger(a: Factory, rp: RelyingParty) -> Callable[..., Browser]:
    """A browser that has never been here, at an address of its own."""
    numbers = iter(range(1, 65_000))

    def make(address: str | None = None) -> Browser:
        window = Browser(a.app.test_client(), rp.issuer)
        window.client.environ_base["REMOTE_ADDR"] = address or f"2001:db8:0:{next(numbers):x}::1"
        return window

    return make


def signed_out(browser: Browser) -> Browser:
    browser.client.delete_cookie("__Host-session", domain=HOST)
    return browser


def sign_in(
    browser: Browser, rp: RelyingParty, email: str = EMAIL, password: str = PASSWORD
) -> Browser:
    return browser.open(rp.authorization_url()).submit(username=email, password=password)


@pytest.fixture
def shut(
    stranger: Callable[..., Browser], rp: RelyingParty, clock: Clock
) -> Callable[[str], Browser]:
    """What a stranger sees after a hundred wrong passwords for a name, from as many addresses."""

    def attack(email: str) -> Browser:
        for _try in range(100):
            window = sign_in(stranger(), rp, email, "wrong password")
            assert window.status == 422
            clock.advance(hours=1, seconds=1)
        return sign_in(stranger(), rp, email, PASSWORD)

    return attack


@pytest.mark.timeout(400)  # a thousand requests
def test_of_a_thousand_addresses_a_hundred_passwords_are_looked_at(
    a: Factory, rp: RelyingParty, ann: User, clock: Clock, recorded: Recorded
) -> None:
    """A35: one guess per address, as slowly as one likes; then not even the right one."""
    window = Browser(a.app.test_client(), rp.issuer).open(rp.authorization_url())
    fields = window.fields_of(window.find("main form"))
    for number in range(1000):
        if number % 20 == 0:
            window = Browser(a.app.test_client(), rp.issuer).open(rp.authorization_url())
            fields = window.fields_of(window.find("main form"))
        window.client.environ_base["REMOTE_ADDR"] = f"2001:db8:1:{number:x}::1"
        typed = {"username": EMAIL, "password": PASSWORD if number > 990 else "wrong password"}
        window.client.post(window.url, data=fields | typed, headers={"Origin": rp.issuer})
        clock.advance(minutes=90 if number % 20 == 19 else 1)

    assert 10 < recorded("password_rejected", ann) <= 100
    assert recorded("password_accepted", ann) == 0


def test_after_a_hundred_failures_only_a_known_browser_is_heard(
    shut: Callable[[str], Browser], known: Browser, rp: RelyingParty, ann: User, recorded: Recorded
) -> None:
    """A35, A37, R32: the right password of a stranger is refused, Ann's own browser is not."""
    refused = shut(EMAIL)

    assert (refused.status, refused.page) == (429, "sign-in")
    assert "Use a browser that has, or reset your password." in refused.text
    assert int(refused.response.headers["Retry-After"]) > 0
    assert recorded("guessing_suspected", ann) == 1
    assert sign_in(known, rp).left_for is not None


def test_a_sign_in_from_a_known_browser_opens_the_account_again(
    shut: Callable[[str], Browser],
    known: Browser,
    stranger: Callable[..., Browser],
    rp: RelyingParty,
) -> None:
    shut(EMAIL)
    assert sign_in(known, rp).left_for is not None

    assert sign_in(stranger(), rp).left_for is not None


def test_a_new_password_opens_the_account_again(
    shut: Callable[[str], Browser],
    stranger: Callable[..., Browser],
    rp: RelyingParty,
    a: Factory,
    ann: User,
) -> None:
    """R32: the owner without a known browser has the mailbox."""
    shut(EMAIL)
    with a.app.app_context(), transaction():
        url = password_link.url(password_link.issue(db.session.get_one(User, ann.id)))
    stranger().open(url).submit(password=NEW)

    assert sign_in(stranger(), rp, password=NEW).left_for is not None


def test_an_administrator_opens_the_account_again(
    shut: Callable[[str], Browser],
    stranger: Callable[..., Browser],
    rp: RelyingParty,
    a: Factory,
    ann: User,
) -> None:
    shut(EMAIL)
    with a.app.app_context(), transaction():
        assert disable.unlock(db.session.get_one(User, ann.id))

    assert sign_in(stranger(), rp).left_for is not None


def test_a_name_that_nobody_has_is_shut_in_the_same_words(
    shut: Callable[[str], Browser], ann: User
) -> None:
    """R37: whether there is an account cannot be told from the limit."""
    mine, nobodys = shut(EMAIL), shut(NOBODY)

    assert mine.status == nobodys.status == 429
    assert mine.response.headers["Retry-After"] == nobodys.response.headers["Retry-After"]
    assert mine.find("#problem, [role=alert]").text == nobodys.find("#problem, [role=alert]").text


def test_strangers_in_the_same_network_do_not_slow_a_known_browser(
    stranger: Callable[..., Browser], known: Browser, rp: RelyingParty
) -> None:
    """A37: the address is shut for strangers, and by strangers."""
    for number in range(10):
        sign_in(stranger("127.0.0.1"), rp, f"user{number}@example.com", "wrong password")
    assert sign_in(stranger("127.0.0.1"), rp).status == 429

    assert sign_in(known, rp).left_for is not None


def test_guesses_in_a_known_browser_are_limited_too(
    stranger: Callable[..., Browser], known: Browser, rp: RelyingParty
) -> None:
    """Whoever sits at it has its budget, and not that of other browsers."""
    for _try in range(10):
        assert sign_in(known, rp, password="wrong password").status == 422
    assert sign_in(known, rp).status == 429

    assert sign_in(stranger(), rp).left_for is not None


def test_a_device_cookie_of_one_account_is_none_of_another(
    known: Browser, stranger: Callable[..., Browser], rp: RelyingParty, a: Factory
) -> None:
    """A20: with one's own account nobody becomes known to others."""
    a.user("bob@example.com", name="Bob Example")
    for _try in range(10):
        sign_in(stranger(), rp, "bob@example.com", "wrong password")

    assert sign_in(known, rp, "bob@example.com").status == 429


@pytest.mark.parametrize("made_up", ["x", "A" * 43, "~" * 4000, "\u00e9"])
def test_a_made_up_device_cookie_is_a_strangers(
    stranger: Callable[..., Browser], rp: RelyingParty, ann: User, made_up: str
) -> None:
    for _try in range(10):
        sign_in(stranger(), rp, password="wrong password")
    window = stranger()
    window.client.set_cookie("__Host-device", made_up, domain=HOST, secure=True)

    assert sign_in(window, rp).status == 429


def test_a_victim_signs_in_while_strangers_try_without_pause(running: Running) -> None:
    """A37, T5: as fast as the machine lets them, from the victim's own address."""
    running.a.user()
    rp = running.a.client(trusted=True)
    victim = browser_at(running.issuer)
    assert sign_in(victim, rp).left_for is not None
    device = {name: value for name, value in _cookies(victim).items() if "device" in name}
    assert device
    tried, over = [], Event()

    def attack() -> None:
        while not over.is_set():
            window = sign_in(browser_at(running.issuer), rp, password="wrong password")
            tried.append(window.status)

    attackers = [Thread(target=attack) for _ in range(6)]
    for one in attackers:
        one.start()
    try:
        while len(tried) < 12:
            over.wait(0.01)
        for _time in range(5):
            _keep(victim, device)
            assert sign_in(victim, rp).left_for is not None, victim.text
    finally:
        over.set()
        for one in attackers:
            one.join()

    assert 429 in tried
    assert None not in tried


def _cookies(browser: Browser) -> dict[str, str]:
    jar: Any = browser.client
    return dict(jar.cookies)


def _keep(browser: Browser, kept: dict[str, str]) -> None:
    """Signed out, but the same browser."""
    jar: Any = browser.client
    jar.cookies.clear()
    for name, value in kept.items():
        jar.cookies.set(name, value, domain="localhost.local")


class TestAtOnce:
    @pytest.fixture
    def overrides(self) -> dict[str, Any]:
        return {"database_pool_size": 80}

    def test_the_hundredth_failure_is_the_last_of_64_at_once(
        self, a: Factory, ann: User, clock: Clock, recorded: Recorded
    ) -> None:
        """A35, A38: exact in a race for the last guess."""
        numbers = iter(range(100_000))

        def guess() -> object:
            origin.enter(origin.Origin(address=f"2001:db8:2:{next(numbers):x}::1"))
            with a.app.app_context(), transaction():
                user = passwords.find_user(EMAIL)
                return passwords.verify(user, EMAIL, "wrong password")

        for _try in range(99):
            assert guess() == Rejected(Reason.WRONG_CREDENTIALS)
            clock.advance(hours=1, seconds=1)

        outcomes = at_once(64, guess)

        looked_at = [one for one in outcomes if one == Rejected(Reason.WRONG_CREDENTIALS)]
        refused = [
            one
            for one in outcomes
            # So many at once that some did not even come to be counted.
            if one == Rejected(Reason.KNOWN_BROWSERS_ONLY) or isinstance(one, Throttled)
        ]
        assert (len(looked_at), len(refused)) == (1, 63)
        assert recorded("password_rejected", ann) == 100
