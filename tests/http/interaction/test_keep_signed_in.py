""" "Keep me signed in": a longer stay that rests on the password alone (R42)."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from config import SessionSettings
from idp.models import User
from tests.support.browser import Browser
from tests.support.factories import EMAIL, PASSWORD, Factory, Phone
from tests.support.relying_party import RelyingParty, answer, claims
from tests.support.time_travel import Clock

LOA1, LOA2 = "urn:idp:loa:1fa", "urn:idp:loa:2fa"
TICKED = {"keep_signed_in": "yes"}


@pytest.fixture
def overrides() -> dict[str, Any]:
    return {"sessions": SessionSettings(keep_signed_in=timedelta(days=14))}


@pytest.fixture
def rp(a: Factory) -> RelyingParty:
    return a.client(trusted=True)


@pytest.fixture
def ann(a: Factory) -> User:
    return a.user()


@pytest.fixture
def kept(browser: Browser, ann: User) -> Browser:
    """Signed in for two weeks, by the password."""
    return browser.open("/account/").submit(username=EMAIL, password=PASSWORD, **TICKED)


@pytest.fixture
def kept_with_code(a: Factory, browser: Browser, ann: User) -> tuple[Browser, Phone]:
    """The same with a second factor."""
    phone = a.phone(ann)
    browser.open("/account/").submit(username=EMAIL, password=PASSWORD, **TICKED)
    return browser.submit(code=phone.code()), phone


def told(rp: RelyingParty, browser: Browser, **request: Any) -> dict[str, Any]:
    browser.open(rp.authorization_url(**request))
    token: str = rp.exchange(answer(browser.left_for)["code"]).get_json()["id_token"]
    return claims(token)


def lifetime(browser: Browser) -> int | None:
    """What the browser is told to do with the cookie; None: forget it when closed."""
    cookie = browser.client.get_cookie("__Host-session", "idp.example")
    assert cookie is not None
    return cookie.max_age


def test_a_step_up_offers_no_longer_stay_and_takes_none(
    browser: Browser, ann: User, clock: Clock
) -> None:
    """What the page did not offer counts for nothing, whoever posts it."""
    browser.open("/account/").submit(username=EMAIL, password=PASSWORD)
    clock.advance(minutes=6)
    browser.open("/account/export")
    assert (browser.page, browser.all("[name=keep_signed_in]")) == ("sign-in", [])

    form = browser.find("main form")
    data = browser.fields_of(form) | {"password": PASSWORD} | TICKED
    browser.open(str(form["action"]), method="POST", data=data)

    assert (browser.page, lifetime(browser)) == ("export", None)


def test_the_session_goes_on_after_hours_and_days(kept, rp, clock: Clock) -> None:
    began = int(clock.now().timestamp())
    for days in (0.2, 1, 5):
        clock.advance(days=days)
        said = told(rp, kept)
        assert (said["acr"], said["amr"], said["auth_time"]) == (LOA1, ["pwd"], began)
        assert kept.open("/account/").page == "account"


def test_it_ends_when_the_time_is_over(kept, clock: Clock) -> None:
    for _day in range(13):
        clock.advance(days=1)
        assert kept.open("/account/").page == "account"
    clock.advance(days=1, seconds=1)

    assert kept.open("/account/").page == "sign-in"


def test_the_browser_remembers_it_when_closed(kept) -> None:
    assert lifetime(kept) == timedelta(days=14).total_seconds()


def test_whoever_does_not_ask_is_not_kept(browser, ann, clock: Clock) -> None:
    browser.open("/account/").submit(username=EMAIL, password=PASSWORD)
    assert lifetime(browser) is None
    clock.advance(minutes=61)

    assert browser.open("/account/").page == "sign-in"


def test_the_tick_stays_when_the_password_was_wrong(browser, ann) -> None:
    browser.open("/account/").submit(username=EMAIL, password="wrong", **TICKED)

    assert browser.find("input[name=keep_signed_in]").has_attr("checked")


@pytest.mark.spec("OIDC Core", "2")
@pytest.mark.parametrize("pause", [{"minutes": 61}, {"hours": 13}])
def test_a_second_factor_is_not_kept(kept_with_code, rp, clock: Clock, pause) -> None:
    browser, _phone = kept_with_code
    began = int(clock.now().timestamp())
    assert told(rp, browser)["amr"] == ["pwd", "otp", "mfa"]

    clock.advance(**pause)

    for _again in range(2):
        said = told(rp, browser)
        assert (said["acr"], said["amr"], said["auth_time"]) == (LOA1, ["pwd"], began)
        clock.advance(seconds=5)


def test_while_in_use_it_counts_as_long_as_proofs_do(kept_with_code, rp, clock: Clock) -> None:
    browser, _phone = kept_with_code
    for _half_hour in range(23):
        clock.advance(minutes=30)
        assert told(rp, browser)["amr"] == ["pwd", "otp", "mfa"]
    clock.advance(minutes=31)

    assert told(rp, browser)["amr"] == ["pwd"]


def test_a_level_that_is_missing_is_proven_anew(kept_with_code, rp, clock: Clock) -> None:
    browser, phone = kept_with_code
    clock.advance(days=2)

    browser.open(rp.authorization_url(acr_values=LOA2))

    assert browser.page == "second-factor"
    browser.submit(code=phone.code())
    said = claims(rp.exchange(answer(browser.left_for)["code"]).get_json()["id_token"])
    assert (said["acr"], said["amr"]) == (LOA2, ["pwd", "otp", "mfa"])
    assert told(rp, browser)["acr"] == LOA2


@pytest.mark.spec("OIDC Core", "3.1.2.1")
def test_max_age_asks_as_ever(kept, rp, clock: Clock) -> None:
    clock.advance(days=2)

    kept.open(rp.authorization_url(max_age=3600))

    assert kept.page == "sign-in"
    kept.submit(password=PASSWORD)
    said = claims(rp.exchange(answer(kept.left_for)["code"]).get_json()["id_token"])
    assert said["auth_time"] == int(clock.now().timestamp())


def test_a_sensitive_page_asks_as_ever(kept, clock: Clock) -> None:
    """R44."""
    clock.advance(days=2)

    assert kept.open("/account/totp").page == "sign-in"


def test_an_account_beside_a_kept_one_is_not_kept(a, kept, clock: Clock) -> None:
    a.user("bob@example.com", name="Bob")
    kept.open("/account/switch").press("Add another account")
    kept.submit(username="bob@example.com", password=PASSWORD)
    assert "bob@example.com" in kept.text
    clock.advance(minutes=61)

    kept.open("/account/switch")

    assert EMAIL in kept.text
    assert "bob@example.com" not in kept.text


def test_signing_out_ends_it(kept) -> None:
    kept.open("/account/").press("Sign out")

    assert kept.open("/account/").page == "sign-in"


def test_a_stay_begun_by_a_recovery_code_is_short(a, browser, ann, clock: Clock) -> None:
    """R30."""
    a.phone(ann)
    codes = a.recovery_codes(ann)
    browser.open("/account/").submit(username=EMAIL, password=PASSWORD, **TICKED)
    browser.follow("Use a recovery code").submit(code=codes[0])
    browser.press("Continue without it")
    assert browser.page == "account"
    clock.advance(minutes=61)

    assert browser.open("/account/").page == "sign-in"


class TestOff:
    """The default."""

    @pytest.fixture
    def overrides(self) -> dict[str, Any]:
        return {}

    def test_it_is_not_offered_and_not_believed(self, browser, ann, clock: Clock) -> None:
        browser.open("/account/")
        assert not browser.all("input[name=keep_signed_in]")
        browser.submit(username=EMAIL, password=PASSWORD, **TICKED)
        assert lifetime(browser) is None
        clock.advance(minutes=61)

        assert browser.open("/account/").page == "sign-in"


def test_more_than_a_month_is_refused() -> None:
    with pytest.raises(ValueError, match="30 days"):
        SessionSettings(keep_signed_in=timedelta(days=31))
