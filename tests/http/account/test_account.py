"""The account page: enrol, remove, recovery codes, sign out; each change behind a fresh proof."""

from __future__ import annotations

import pytest

from tests.support.browser import Browser
from tests.support.factories import EMAIL, PASSWORD, Factory, Phone


@pytest.fixture
def signed_in(a: Factory, browser: Browser) -> Browser:
    a.user()
    browser.open("/account/").submit(username=EMAIL, password=PASSWORD)
    assert browser.page == "account"
    return browser


def enrol(browser: Browser) -> tuple[Phone, list[str]]:
    """Set up an authenticator on the account page and save its recovery codes."""
    browser.open("/account/totp")
    phone = Phone(browser.find("[data-totp-secret]").get_text(strip=True))
    browser.submit(code=phone.code(), device_name="Blue phone")
    codes = [code.get_text(strip=True) for code in browser.all("[data-recovery-code]")]
    browser.fill(saved="yes").press("Continue")
    return phone, codes


def test_an_authenticator_is_enrolled_with_its_recovery_codes(signed_in: Browser) -> None:
    _phone, codes = enrol(signed_in)

    assert signed_in.page == "security"
    assert "Blue phone" in signed_in.text
    assert len(codes) == 10
    assert "10 of 10 left" in signed_in.text


def test_a_reload_shows_the_same_pending_secret(signed_in: Browser) -> None:
    first = signed_in.open("/account/totp").find("[data-totp-secret]").get_text(strip=True)

    again = signed_in.reload().find("[data-totp-secret]").get_text(strip=True)

    assert first == again


def test_the_secret_is_not_shown_to_another_browser(a: Factory, signed_in: Browser) -> None:
    first = signed_in.open("/account/totp").find("[data-totp-secret]").get_text(strip=True)
    other = Browser(a.app.test_client(), signed_in.issuer)
    other.open("/account/").submit(username=EMAIL, password=PASSWORD)

    second = other.open("/account/totp").find("[data-totp-secret]").get_text(strip=True)

    assert first != second


def test_a_change_after_five_minutes_asks_who_it_is(signed_in: Browser, clock) -> None:
    """R44."""
    clock.advance(minutes=6)

    signed_in.open("/account/totp")

    assert signed_in.page == "sign-in"
    assert "Before you add an authenticator app" in signed_in.text
    signed_in.submit(password=PASSWORD)
    assert signed_in.page == "enrol-totp"


def test_a_password_is_not_enough_to_remove_a_factor(signed_in: Browser, clock) -> None:
    """A13."""
    phone, _codes = enrol(signed_in)
    clock.advance(minutes=6)

    signed_in.follow("Remove")

    assert signed_in.page == "sign-in"
    signed_in.submit(password=PASSWORD)
    assert signed_in.page == "second-factor"
    signed_in.submit(code=phone.code())
    assert signed_in.page == "remove-totp"
    signed_in.press("Remove")
    assert signed_in.page == "security"
    assert "Blue phone" not in signed_in.text


def test_removing_a_factor_ends_the_level_it_proved(signed_in: Browser) -> None:
    enrol(signed_in)
    signed_in.follow("Remove").press("Remove")

    assert signed_in.page == "security"
    assert "Off" in signed_in.text


def test_new_recovery_codes_end_the_old_ones(a: Factory, signed_in: Browser, clock) -> None:
    _phone, old = enrol(signed_in)
    signed_in.follow("Make new recovery codes").press("Make new codes")
    new = [code.get_text(strip=True) for code in signed_in.all("[data-recovery-code]")]
    signed_in.fill(saved="yes").press("Continue")

    assert not set(old) & set(new)
    assert "10 of 10 left" in signed_in.text


def test_signing_out_ends_the_session_at_once(a: Factory, signed_in: Browser) -> None:
    cookie = signed_in.client.get_cookie("__Host-session", "idp.example")
    assert cookie is not None

    signed_in.press("Sign out")

    assert signed_in.page == "signed-out"
    thief = a.app.test_client()
    thief.set_cookie("__Host-session", cookie.value, domain="idp.example", secure=True)
    response = thief.get("/account/", base_url=signed_in.issuer)
    assert response.status_code == 303
    assert "/interaction/" in response.location


def test_an_idle_session_ends(signed_in: Browser, clock) -> None:
    """R42."""
    clock.advance(minutes=61)

    assert signed_in.open("/account/").page == "sign-in"


def test_a_session_ends_after_half_a_day_however_busy(signed_in: Browser, clock) -> None:
    """R42."""
    for _half_hour in range(23):
        clock.advance(minutes=30)
        assert signed_in.open("/account/").page == "account"
    clock.advance(minutes=31)

    assert signed_in.open("/account/").page == "sign-in"
