"""Factors cannot be replayed, reordered, outlived or borrowed."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from idp.accounts import disable
from idp.extensions import db, transaction
from idp.models import User
from tests.support.browser import Browser
from tests.support.factories import EMAIL, PASSWORD, Factory, Phone
from tests.support.relying_party import RelyingParty, answer
from tests.support.time_travel import Clock

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


@pytest.fixture
def another(a: Factory, rp: RelyingParty) -> Callable[[], Browser]:
    """A browser at the second step."""

    def begin() -> Browser:
        window = Browser(a.app.test_client(), rp.issuer).open(rp.authorization_url())
        return window.submit(username=EMAIL, password=PASSWORD)

    return begin


def test_a_code_works_once_wherever_it_is_used_again(
    another: Callable[[], Browser], phone: Phone, ann: User, recorded: Recorded
) -> None:
    """A7: sign-in twice, then a step-up of the first browser."""
    code = phone.code()
    first = another().submit(code=code)
    assert first.left_for is not None

    second = another().submit(code=code)

    assert (second.status, second.page) == (422, "second-factor")
    assert "Each code works once" in second.text
    assert recorded("otp_replay", ann) == 1


def test_a_code_used_at_sign_in_confirms_no_change(
    another: Callable[[], Browser], phone: Phone, clock: Clock
) -> None:
    """A7, A13."""
    code = phone.code()
    window = another().submit(code=code)
    clock.advance(minutes=6)
    clock.move_to(clock.now())
    window.open("/account/security").follow("Remove").submit(password=PASSWORD)
    assert window.page == "second-factor"

    window.submit(code=code)

    assert (window.status, window.page) == (422, "second-factor")


def test_the_code_that_confirmed_an_authenticator_signs_nobody_in(
    a: Factory, rp: RelyingParty, another: Callable[[], Browser]
) -> None:
    """R16: the confirming code counts as used."""
    a.user()
    window = Browser(a.app.test_client(), rp.issuer)
    window.open("/account/").submit(username=EMAIL, password=PASSWORD).open("/account/totp")
    phone = Phone(window.find("[data-totp-secret]").get_text(strip=True))
    code = phone.code()
    window.submit(code=code)

    other = another().submit(code=code)

    assert (other.status, other.page) == (422, "second-factor")


def test_steps_only_go_forward(another: Callable[[], Browser], phone: Phone) -> None:
    """A9: after the next step's code, neither the current one nor the same one again."""
    ahead, now = phone.code(1), phone.code()
    assert another().submit(code=ahead).left_for is not None

    for old in (now, ahead):
        assert another().submit(code=old).page == "second-factor"


@pytest.mark.parametrize(("steps", "accepted"), [(-2, False), (-1, True), (1, True), (2, False)])
def test_only_the_neighbouring_steps_are_accepted(
    another: Callable[[], Browser], phone: Phone, steps: int, *, accepted: bool
) -> None:
    """R15."""
    window = another().submit(code=phone.code(steps))

    assert (window.left_for is not None) == accepted


def test_five_wrong_codes_end_the_sign_in_and_not_the_account(
    another: Callable[[], Browser], phone: Phone, clock: Clock
) -> None:
    """A11, R33."""
    window = another()
    for _wrong in range(4):
        assert window.submit(code="000000").page == "second-factor"
    window.submit(code="000000")
    assert (window.status, window.page) == (429, "expired")

    again = another()
    assert again.submit(code=phone.code()).status == 429
    clock.advance(minutes=6)
    assert another().submit(code=phone.code()).left_for is not None


def test_ten_wrong_passwords_make_everybody_wait_and_say_how_long(
    a: Factory, rp: RelyingParty, ann: User, clock: Clock
) -> None:
    """A34, R37: known and unknown names alike."""
    for name in (EMAIL, "nobody@example.com"):
        window = Browser(a.app.test_client(), rp.issuer).open(rp.authorization_url())
        for _wrong in range(10):
            window.submit(username=name, password="wrong password")
        assert window.status in {422, 429}
        window.submit(username=name, password=PASSWORD)
        assert (window.status, window.page) == (429, "sign-in")
        assert int(window.response.headers["Retry-After"]) > 0
        clock.advance(hours=2)


def test_a_disabled_user_is_out_everywhere_at_once(
    a: Factory, rp: RelyingParty, browser: Browser, ann: User
) -> None:
    """A24: session, code, refresh token and a new sign-in."""
    browser.open(rp.authorization_url(scope="openid offline_access"))
    browser.submit(username=EMAIL, password=PASSWORD)
    tokens = rp.exchange(answer(browser.left_for)["code"]).get_json()
    browser.open(rp.authorization_url())
    unused = answer(browser.left_for)["code"]

    with a.app.app_context(), transaction():
        disable.disable(db.session.merge(ann))

    assert rp.exchange(unused).get_json()["error"] == "invalid_grant"
    assert rp.refresh(tokens["refresh_token"]).get_json()["error"] == "invalid_grant"
    assert rp.userinfo(tokens["access_token"]).status_code == 401
    browser.open("/account/")
    assert browser.page == "sign-in"
    browser.submit(username=EMAIL, password=PASSWORD)
    assert browser.page == "sign-in"
    assert "That email or password isn't right." in browser.text
