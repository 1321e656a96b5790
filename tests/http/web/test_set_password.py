"""Choosing a password by a one-time link."""

from __future__ import annotations

import pytest

from idp.accounts import create, password_link
from idp.extensions import transaction
from tests.support.browser import Browser
from tests.support.factories import Factory

NEW = "seven quiet words in a row"


@pytest.fixture
def link(a: Factory) -> str:
    with a.app.app_context(), transaction():
        user = create.create_user("new@example.com", "New Person")
        return "/set-password/" + password_link.issue(user)


def test_opening_the_link_spends_nothing_and_hides_it(browser: Browser, link: str) -> None:
    """R52, A46: mail scanners open links."""
    for _time in range(3):
        browser.open(link)
        assert browser.page == "set-password"
        assert link not in browser.url


def test_a_chosen_password_signs_in_and_the_link_is_dead(browser: Browser, link: str) -> None:
    browser.open(link).submit(password=NEW)
    assert browser.status == 200
    browser.open("/account/").submit(username="new@example.com", password=NEW)
    assert browser.page == "account"

    browser.open(link)

    assert browser.status == 410


def test_a_weak_password_is_refused_with_a_reason_and_the_link_stays_good(
    browser: Browser, link: str
) -> None:
    """R6."""
    browser.open(link).submit(password="short")
    assert (browser.status, browser.page) == (422, "set-password")
    assert "15" in browser.text

    browser.submit(password=NEW)

    assert browser.status == 200


def test_a_made_up_link_is_no_link(browser: Browser) -> None:
    browser.open("/set-password/" + "x" * 43)

    assert browser.status == 410


def test_nobody_is_signed_in_by_a_link(browser: Browser, link: str) -> None:
    """R55."""
    browser.open(link).submit(password=NEW)

    assert browser.open("/account/").page == "sign-in"


def test_a_form_does_not_take_another_link_for_its_own(a: Factory, browser: Browser, link) -> None:
    """Whoever opens a second link in another tab still sends the first form for the first one."""
    with a.app.app_context(), transaction():
        other = create.create_user("other@example.com", "Other Person")
        second = "/set-password/" + password_link.issue(other)
    browser.open(link)
    form = browser.find("main form")
    fields = browser.fields_of(form) | {"password": NEW}
    browser.open(second)

    browser.open("/set-password", method="POST", data=fields)

    assert browser.status == 410
    assert browser.open(second).page == "set-password"
