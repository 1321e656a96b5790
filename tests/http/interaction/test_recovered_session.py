"""R30: what rests on a recovery code ends an hour after its use, and not before."""

from __future__ import annotations

import pytest

from idp.models import User
from tests.support.browser import Browser
from tests.support.factories import EMAIL, PASSWORD, Factory
from tests.support.time_travel import Clock


@pytest.fixture
def user(a: Factory) -> User:
    return a.user()


def test_a_step_up_by_a_recovery_code_does_not_end_an_old_session(
    a: Factory, browser: Browser, user: User, clock: Clock
) -> None:
    browser.open("/account/").submit(username=EMAIL, password=PASSWORD)
    a.phone(user)
    codes = a.recovery_codes(user)
    for _half_hour in range(4):
        clock.advance(minutes=30)
        assert browser.open("/account/").page == "account"

    browser.open("/account/export").submit(password=PASSWORD)
    browser.follow("Use a recovery code").submit(code=codes[0])
    assert browser.page == "enrol-totp"
    browser.press("Continue without it")

    assert browser.page == "export"
    clock.advance(minutes=59)
    assert browser.open("/account/").page == "account"
    clock.advance(minutes=1)
    assert browser.open("/account/").page == "sign-in"
