"""Another password for somebody who is signed in (R12)."""

from __future__ import annotations

import pytest

from idp.models import User
from tests.support.browser import Browser
from tests.support.factories import EMAIL, PASSWORD, Factory
from tests.support.mailbox import Mailbox
from tests.support.relying_party import RelyingParty, answer

NEW = "seven quiet words in a row"


@pytest.fixture
def ann(a: Factory) -> User:
    return a.user()


@pytest.fixture
def signed_in(ann: User, browser: Browser) -> Browser:
    browser.open("/account/").submit(username=EMAIL, password=PASSWORD)
    assert browser.page == "account"
    return browser


def visitor(a: Factory, browser: Browser) -> Browser:
    return Browser(a.app.test_client(), browser.issuer)


def change(browser: Browser, current: str = PASSWORD, new: str = NEW, **more: str) -> Browser:
    """As a browser sends it: a box that is ticked comes along."""
    browser.open("/account/password")
    return browser.submit(current_password=current, password=new, **more)


def test_the_security_page_leads_to_it(signed_in: Browser) -> None:
    signed_in.open("/account/security").follow("Change your password")

    assert signed_in.page == "change-password"
    assert "At least 15 characters. A few unrelated words work well." in signed_in.text
    field = signed_in.find("#password")
    assert field["autocomplete"] == "new-password"
    assert field["passwordrules"] == "minlength: 15;"
    assert not field.get("maxlength")
    assert signed_in.find("input[autocomplete=username]")["value"] == EMAIL
    assert signed_in.find("[name=sign_out_others]").has_attr("checked")


def test_the_new_password_signs_in_and_the_old_one_does_not(a: Factory, signed_in: Browser) -> None:
    change(signed_in)
    assert signed_in.page == "security"
    assert "Your password was changed." in signed_in.text

    fresh = visitor(a, signed_in).open("/account/")
    assert fresh.submit(username=EMAIL, password=PASSWORD).page == "sign-in"
    assert fresh.submit(username=EMAIL, password=NEW).page == "account"


def test_the_session_goes_on_under_a_new_value(a: Factory, signed_in: Browser) -> None:
    """R41."""
    old = signed_in.client.get_cookie("__Host-session", "idp.example")
    assert old is not None

    change(signed_in)

    new = signed_in.client.get_cookie("__Host-session", "idp.example")
    assert new is not None
    assert new.value != old.value
    assert signed_in.open("/account/").page == "account"
    thief = a.app.test_client()
    thief.set_cookie("__Host-session", old.value, domain="idp.example", secure=True)
    assert thief.get("/account/", base_url=signed_in.issuer).status_code == 303


def test_other_browsers_stay_or_go_as_chosen(a: Factory, signed_in: Browser) -> None:
    """R48."""
    other = visitor(a, signed_in).open("/account/")
    other.submit(username=EMAIL, password=PASSWORD)
    change(signed_in)
    assert other.open("/account/").page == "account"

    change(signed_in, current=NEW, new=f"{NEW} again", sign_out_others="yes")

    assert "signed out everywhere else" in signed_in.text
    assert other.open("/account/").page == "sign-in"


def test_apps_lose_their_tokens_with_the_other_browsers(a: Factory, signed_in: Browser) -> None:
    """R48."""
    rp: RelyingParty = a.client()
    signed_in.open(rp.authorization_url(scope="openid offline_access", prompt="consent"))
    tokens = rp.exchange(answer(signed_in.press("Allow").left_for)["code"]).get_json()

    change(signed_in, sign_out_others="yes")

    assert rp.refresh(tokens["refresh_token"]).get_json()["error"] == "invalid_grant"


def test_the_current_password_is_wanted_and_counted(signed_in: Browser) -> None:
    for _guess in range(10):
        change(signed_in, current="not the password at all")
        assert (signed_in.status, signed_in.page) == (422, "change-password")
        assert signed_in.find("#current_password-error")

    change(signed_in)

    assert (signed_in.status, signed_in.page) == (429, "change-password")
    assert int(signed_in.response.headers["Retry-After"]) > 0


def test_a_weak_password_is_refused_with_advice_and_counts_as_no_guess(signed_in: Browser) -> None:
    """R6."""
    for _try in range(12):
        change(signed_in, new="correcthorsebatterystaple")
        assert signed_in.status == 422
        assert "This password appears in known leaks. Choose another." in signed_in.text

    assert change(signed_in).page == "security"


def test_the_same_password_is_no_change(signed_in: Browser) -> None:
    change(signed_in, new=PASSWORD)

    assert signed_in.status == 422
    assert "This is your password already" in signed_in.text


def test_nothing_typed_comes_back(signed_in: Browser) -> None:
    change(signed_in, current="not the password at all", new="another secret thing to keep")

    assert "not the password at all" not in signed_in.response.get_data(as_text=True)
    assert "another secret thing" not in signed_in.response.get_data(as_text=True)


def test_without_a_second_factor_nobody_is_asked_twice(signed_in: Browser, clock) -> None:
    clock.advance(minutes=6)

    assert change(signed_in).page == "security"


def test_a_second_factor_is_wanted_afresh(a: Factory, ann: User, browser: Browser, clock) -> None:
    """R12, A13."""
    phone = a.phone(ann)
    browser.open("/account/").submit(username=EMAIL, password=PASSWORD).submit(code=phone.code())
    clock.advance(minutes=6)

    browser.open("/account/password")

    assert browser.page == "sign-in"
    assert "Before you change your password" in browser.text
    browser.submit(password=PASSWORD).submit(code=phone.code())
    assert browser.page == "change-password"
    assert browser.submit(current_password=PASSWORD, password=NEW).page == "security"


def test_a_stale_session_cannot_post_past_the_second_factor(
    a: Factory, ann: User, browser: Browser, clock
) -> None:
    """A13: unchanged, and the old password still signs in."""
    phone = a.phone(ann)
    browser.open("/account/").submit(username=EMAIL, password=PASSWORD).submit(code=phone.code())
    browser.open("/account/password")
    clock.advance(minutes=20)

    browser.submit(current_password=PASSWORD, password=NEW)

    assert browser.page == "sign-in"
    fresh = visitor(a, browser).open("/account/")
    assert fresh.submit(username=EMAIL, password=PASSWORD).page == "second-factor"


def test_the_owner_is_told_by_mail(a: Factory, signed_in: Browser) -> None:
    """R97."""
    change(signed_in)

    assert "password" in Mailbox(a.app).newest(EMAIL).subject


@pytest.mark.parametrize(
    ("chosen", "status"),
    [("ä word " * 128, 303), ("x" * 1025, 422), ("ä" * 513, 422)],
)
def test_up_to_1024_bytes_are_taken_whole(a, signed_in: Browser, chosen: str, status: int) -> None:
    """R2, A40: nothing is cut off."""
    change(signed_in, new=chosen)
    assert (signed_in.status == 200) == (status == 303)

    fresh = visitor(a, signed_in).open("/account/")
    fresh.submit(username=EMAIL, password=chosen[:-1] + "?")
    assert fresh.page == "sign-in"
