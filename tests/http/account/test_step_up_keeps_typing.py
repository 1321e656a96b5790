"""A form that was sent too late: who is there is asked first, and what was typed is not lost."""

from __future__ import annotations

import pytest

from idp.extensions import db
from idp.models import Interaction, User
from idp.web import access
from tests.support.browser import Browser
from tests.support.factories import EMAIL, PASSWORD, Factory
from tests.support.time_travel import Clock

NEW = "ann.new@example.com"
CHANGE = "/account/email"


@pytest.fixture
def ann(a: Factory) -> User:
    return a.user()


@pytest.fixture
def late(browser: Browser, ann: User, clock: Clock) -> Browser:
    """The page of the change, open for twenty minutes before it is sent."""
    browser.open("/account/").submit(username=EMAIL, password=PASSWORD).open(CHANGE)
    assert browser.page == "change-email"
    form = browser.find("main form")
    clock.advance(minutes=20)
    return browser.open(
        str(form["action"]), method="POST", data=browser.fields_of(form) | {"email": NEW}
    )


def test_what_was_typed_is_there_again_and_was_not_sent(late: Browser) -> None:
    assert late.page == "sign-in"

    late.submit(password=PASSWORD)

    assert (late.page, late.status) == ("change-email", 200)
    assert late.find("input[name=email]")["value"] == NEW
    assert "What you typed is still here" in late.text


def test_nothing_of_it_is_in_the_address_or_in_the_clear(a: Factory, late: Browser) -> None:
    late.submit(password=PASSWORD)

    assert "ann.new" not in late.url
    with a.app.app_context():
        stored = [str(row.parameters) for row in db.session.query(Interaction)]
    assert stored
    assert not any("ann.new" in one for one in stored)


def test_the_purpose_is_named_while_it_is_asked(a: Factory, late: Browser) -> None:
    assert "email" in late.find(".card-head").get_text()


def test_a_second_factor_is_asked_before_it_is_given_back(
    a: Factory, browser: Browser, ann: User, clock: Clock
) -> None:
    phone = a.phone(ann)
    browser.open("/account/").submit(username=EMAIL, password=PASSWORD).submit(code=phone.code())
    form = browser.open(CHANGE).find("main form")
    clock.advance(minutes=20)
    browser.open(str(form["action"]), method="POST", data=browser.fields_of(form) | {"email": NEW})

    browser.submit(password=PASSWORD)

    assert browser.page == "second-factor"
    assert NEW not in browser.text
    browser.submit(code=phone.code())
    assert browser.find("input[name=email]")["value"] == NEW


def test_it_is_given_back_to_nobody_else(a: Factory, late: Browser, clock: Clock) -> None:
    late.submit(password=PASSWORD)
    address = late.url
    a.user("bob@example.com", name="Bob")
    stranger = Browser(a.app.test_client(), late.issuer)
    stranger.open("/account/").submit(username="bob@example.com", password=PASSWORD)
    elsewhere = Browser(a.app.test_client(), late.issuer)
    elsewhere.open("/account/").submit(username=EMAIL, password=PASSWORD)

    for browser in (stranger, elsewhere):
        browser.open(address)
        assert browser.page == "change-email"
        assert not browser.find("input[name=email]").get("value")


def test_another_page_gets_nothing(late: Browser) -> None:
    late.submit(password=PASSWORD)

    late.open(late.url.replace(CHANGE, "/account/totp"))

    assert late.page == "enrol-totp"
    assert NEW not in late.text


def test_not_before_the_step_up_is_done(late: Browser) -> None:
    step_up = late.url.split("/")[4]

    late.open(f"{CHANGE}?resumed={step_up}")

    assert late.page == "sign-in"
    assert NEW not in late.text


def test_it_is_forgotten_after_half_an_hour(late: Browser, clock: Clock) -> None:
    late.submit(password=PASSWORD)
    address = late.url
    clock.advance(minutes=31)

    late.open(address).submit(password=PASSWORD).open(address)

    assert not late.find("input[name=email]").get("value")


@pytest.mark.parametrize("named", ["", "unknown", "%00", "x" * 500])
def test_a_made_up_step_up_gives_back_nothing(browser: Browser, ann: User, named: str) -> None:
    browser.open("/account/").submit(username=EMAIL, password=PASSWORD)

    browser.open(f"{CHANGE}?resumed={named}")

    assert browser.status in {200, 400}
    assert "What you typed" not in browser.text


def test_a_foreign_form_keeps_nothing(a: Factory, browser: Browser, ann: User, clock) -> None:
    """A61."""
    browser.open("/account/").submit(username=EMAIL, password=PASSWORD)
    clock.advance(minutes=20)

    browser.open(CHANGE, method="POST", data={"email": "mallory@example.com", "csrf_token": "x"})

    assert browser.status == 403
    with a.app.app_context():
        assert not db.session.query(Interaction).filter_by(kind="step_up").count()


@pytest.mark.parametrize("name", ["password", "new_password", "code", "otp", "csrf_token"])
def test_a_secret_cannot_be_kept(name: str) -> None:
    with pytest.raises(ValueError, match="never kept"):
        access.signed_in_afresh("add-totp", keeps=(name,))
