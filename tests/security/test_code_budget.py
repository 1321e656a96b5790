"""Whoever knows the password gets a hundred one-time codes looked at, and not one more."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from idp import origin
from idp.accounts import disable
from idp.authentication import totp
from idp.authentication.verdict import Reason, Rejected
from idp.extensions import db, transaction
from idp.models import User
from tests.support.browser import Browser
from tests.support.factories import EMAIL, PASSWORD, Factory, Phone
from tests.support.mailbox import Mailbox
from tests.support.race import at_once
from tests.support.relying_party import RelyingParty
from tests.support.time_travel import Clock

HOST = "idp.example"
WRONG = "000000"

Recorded = Callable[[str, User], int]


@pytest.fixture
def rp(a: Factory) -> RelyingParty:
    return a.client(trusted=True)


@pytest.fixture
def ann(a: Factory) -> User:
    return a.user()


@pytest.fixture
def phone(a: Factory, ann: User) -> Phone:
    return a.phone(ann)


def at_the_code(browser: Browser, rp: RelyingParty) -> Browser:
    """Through the password, to the second step."""
    browser.client.delete_cookie("__Host-session", domain=HOST)
    browser.open(rp.authorization_url()).submit(username=EMAIL, password=PASSWORD)
    assert browser.page == "second-factor"
    return browser


@pytest.fixture
def thief(a: Factory, rp: RelyingParty) -> Callable[[], Browser]:
    """Somebody who knows the password, each time in a new browser at another address."""
    numbers = iter(range(1, 65_000))

    def make() -> Browser:
        window = Browser(a.app.test_client(), rp.issuer)
        move(window, next(numbers))
        return at_the_code(window, rp)

    return make


def move(browser: Browser, number: int) -> None:
    browser.client.environ_base["REMOTE_ADDR"] = f"2001:db8:0:{number:x}::1"


@pytest.fixture
def frozen(
    thief: Callable[[], Browser], ann: User, phone: Phone, clock: Clock
) -> Callable[[], Browser]:
    """What the thief sees after having used up every guess."""

    def guess_on() -> Browser:
        for _round in range(25):
            window = thief()
            for _code in range(4):
                window.submit(code=WRONG)
            clock.advance(hours=3)
        return window

    return guess_on


@pytest.mark.timeout(400)  # a thousand requests
def test_from_a_thousand_addresses_a_hundred_codes_are_looked_at(
    thief: Callable[[], Browser],
    ann: User,
    phone: Phone,
    clock: Clock,
    recorded: Recorded,
) -> None:
    """A10, A11, T4: five at a time as the windows allow, then as fast as one likes; the right code
    is not heard any more.
    """
    looked_at = tried = 0
    while recorded("totp_frozen", ann) == 0:
        window = thief()
        for _code in range(5):
            move(window, 2000 + tried)
            tried += 1
            if window.page == "second-factor":
                window.submit(code=WRONG)
        clock.advance(hours=3)
    looked_at = recorded("totp_rejected", ann)
    assert looked_at == 100

    window = thief()
    assert "paused for your protection" in window.text
    fields = {"csrf_token": str(window.find("input[name=csrf_token]")["value"])}
    for number in range(tried, 1000):
        move(window, 2000 + number)
        right = fields | {"code": phone.code()}
        window.open(window.url, method="POST", data=right)
        assert (window.status, window.left_for) == (429, None)

    assert recorded("totp_rejected", ann) == 100
    assert recorded("totp_accepted", ann) == 0


def test_frozen_is_not_skipped_and_shows_other_ways_in(
    frozen: Callable[[], Browser],
    thief: Callable[[], Browser],
    mailbox: Mailbox,
    ann: User,
    recorded: Recorded,
) -> None:
    """A11, R34."""
    assert recorded("totp_frozen", ann) == 0
    window = frozen()

    assert (window.status, window.page) == (429, "second-factor")
    assert int(window.response.headers["Retry-After"]) > 0
    assert recorded("totp_frozen", ann) == 1
    assert any("paused" in subject for subject in mailbox.subjects(EMAIL))
    again = thief()
    assert again.page == "second-factor"
    assert again.all("input[name=code]") == []
    assert "Use a recovery code" in again.text
    assert "sign in on a device you have used before" in again.text
    assert again.open("/account/").page == "sign-in"


def test_recovery_codes_come_out_of_the_same_windows_and_the_app_stays_frozen(
    frozen: Callable[[], Browser],
    thief: Callable[[], Browser],
    a: Factory,
    ann: User,
    phone: Phone,
    recorded: Recorded,
) -> None:
    """A19."""
    a.recovery_codes(ann)
    frozen()
    window = thief().follow("Use a recovery code")

    for _guess in range(4):
        assert window.submit(code="0000-0000-0000-0000").status == 422
    window.submit(code="0000-0000-0000-0000")

    assert (window.status, window.page) == (429, "expired")
    assert window.response.headers["Retry-After"] == "300"
    assert "Wait 5 minutes, then try again." in window.text  # R37
    other = thief().follow("Use a recovery code").submit(code="0000-0000-0000-0000")
    assert other.status == 429
    assert recorded("recovery_code_rejected", ann) == 5
    assert "paused for your protection" in thief().text


def test_a_recovery_code_frees_the_app(
    frozen: Callable[[], Browser],
    thief: Callable[[], Browser],
    a: Factory,
    ann: User,
    phone: Phone,
    clock: Clock,
) -> None:
    codes = a.recovery_codes(ann)
    frozen()

    thief().follow("Use a recovery code").submit(code=codes[0])

    clock.advance(hours=1)
    assert thief().submit(code=phone.code()).left_for is not None


def test_an_administrator_frees_the_app(
    frozen: Callable[[], Browser], thief: Callable[[], Browser], a: Factory, ann: User, phone: Phone
) -> None:
    frozen()
    with a.app.app_context(), transaction():
        assert disable.unlock(db.session.get_one(User, ann.id))

    assert thief().submit(code=phone.code()).left_for is not None


def test_the_owners_browser_has_a_series_of_its_own(
    browser: Browser,
    frozen: Callable[[], Browser],
    thief: Callable[[], Browser],
    rp: RelyingParty,
    phone: Phone,
    clock: Clock,
) -> None:
    """R33, R34: frozen for strangers, not for a known browser, whose success frees no stranger."""
    assert at_the_code(browser, rp).submit(code=phone.code()).left_for is not None
    clock.advance(minutes=1)
    frozen()

    assert at_the_code(browser, rp).submit(code=phone.code()).left_for is not None

    assert "paused for your protection" in thief().text


def test_signing_in_by_password_alone_buys_no_second_series(
    a: Factory, rp: RelyingParty, phone: Phone, ann: User, recorded: Recorded, clock: Clock
) -> None:
    """T4: an app that goes without a second factor makes its browsers known to passwords only."""
    easy = a.client(trusted=True, second_factor_policy="never")
    window = Browser(a.app.test_client(), rp.issuer)
    for _round in range(25):
        window.client.delete_cookie("__Host-session", domain=HOST)
        window.open(easy.authorization_url()).submit(username=EMAIL, password=PASSWORD)
        assert window.left_for is not None
        at_the_code(window, rp)
        for _code in range(4):
            window.submit(code=WRONG)
        clock.advance(hours=3)

    assert recorded("totp_frozen", ann) == 1
    assert "paused for your protection" in at_the_code(window, rp).text


class TestAtOnce:
    @pytest.fixture
    def overrides(self) -> dict[str, Any]:
        return {"database_pool_size": 80}

    def test_the_hundredth_failure_is_the_last_of_64_at_once(
        self, a: Factory, ann: User, phone: Phone, clock: Clock, recorded: Recorded
    ) -> None:
        """A10, A38."""
        numbers = iter(range(100_000))

        def guess() -> object:
            number = next(numbers)
            origin.enter(origin.Origin(address=f"2001:db8:2:{number:x}::1"))
            with a.app.app_context(), transaction():
                user = db.session.get_one(User, ann.id)
                return totp.verify(user, WRONG, interaction_id=f"i{number}")

        for _try in range(99):
            guess()
            clock.advance(hours=3)

        outcomes = at_once(64, guess)

        assert outcomes == [Rejected(Reason.FROZEN)] * 64
        assert recorded("totp_rejected", ann) == 100
