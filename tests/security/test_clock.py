"""A server's clock that is moved: no code comes back, no lifetime grows, and somebody is told."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from idp.authentication import time_check
from idp.extensions import transaction
from idp.models import User
from tests.support.browser import Browser
from tests.support.factories import EMAIL, PASSWORD, Factory, Phone
from tests.support.relying_party import RelyingParty
from tests.support.time_travel import Clock


@pytest.fixture
def rp(a: Factory) -> RelyingParty:
    return a.client(trusted=True)


@pytest.fixture
def ann(a: Factory) -> User:
    return a.user()


@pytest.fixture
def phone(a: Factory, ann: User) -> Phone:
    return a.phone(ann)


@pytest.fixture
def another(a: Factory, rp: RelyingParty, phone: Phone) -> Callable[[], Browser]:
    """A browser at the second step."""

    def begin() -> Browser:
        window = Browser(a.app.test_client(), rp.issuer).open(rp.authorization_url())
        return window.submit(username=EMAIL, password=PASSWORD)

    return begin


def beat(a: Factory) -> None:
    with a.app.app_context(), transaction():
        time_check.beat()


def test_behind_the_heartbeat_no_code_counts_and_the_probe_is_red(
    another: Callable[[], Browser], a: Factory, phone: Phone, clock: Clock
) -> None:
    """A27, R18: 31 seconds are too many; it recovers by itself."""
    beat(a)
    assert a.app.test_client().get("/readyz").status_code == 200
    clock.advance(seconds=-31)

    window = another().submit(code=phone.code())

    assert (window.status, window.page) == (422, "second-factor")
    assert "which is our fault" in window.text
    assert a.app.test_client().get("/readyz").status_code == 503
    clock.advance(seconds=31)
    assert a.app.test_client().get("/readyz").status_code == 200
    assert another().submit(code=phone.code()).left_for is not None


@pytest.mark.parametrize(("seconds", "accepted"), [(-120, True), (-151, False), (-3600, False)])
def test_behind_the_newest_code_no_code_counts(
    another: Callable[[], Browser],
    a: Factory,
    phone: Phone,
    clock: Clock,
    seconds: int,
    *,
    accepted: bool,
) -> None:
    """A27, R18: without any heartbeat, somebody else's accepted code is a clock too."""
    other = a.user("bob@example.com", name="Bob Example")
    code = a.phone(other).code()
    window = another()
    window.open(window.url)
    bob = Browser(a.app.test_client(), window.issuer).open("/account/")
    assert bob.submit(username="bob@example.com", password=PASSWORD).submit(code=code).page
    clock.advance(seconds=seconds)

    signed_in = another().submit(code=phone.code())

    assert (signed_in.left_for is not None) == accepted


def test_an_old_code_stays_used_when_the_clock_goes_back(
    another: Callable[[], Browser], phone: Phone, clock: Clock
) -> None:
    """A27: a step only goes forward."""
    code = phone.code()
    assert another().submit(code=code).left_for is not None
    clock.advance(seconds=-30)

    assert another().submit(code=code).page == "second-factor"


def test_a_clock_ahead_ends_what_is_alive_and_extends_nothing(
    another: Callable[[], Browser], rp: RelyingParty, phone: Phone, clock: Clock
) -> None:
    """A27: an hour forward is an hour of idleness; it is no way back in."""
    window = another().submit(code=phone.code())
    assert window.left_for is not None
    clock.advance(hours=1)

    assert window.open(rp.authorization_url()).page == "sign-in"
