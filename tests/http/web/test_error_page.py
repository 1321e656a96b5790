"""A page that says no has a way on from there."""

from __future__ import annotations

import pytest
from flask import Flask

from idp.web import errors
from tests.support.browser import Browser
from tests.support.factories import EMAIL, PASSWORD, Factory


def ways(browser: Browser) -> list[str]:
    return [link.get_text(strip=True) for link in browser.all("main a")]


@pytest.mark.parametrize(
    ("path", "way", "address"),
    [
        ("/nowhere", "Go to your account", "/account/"),
        ("/account/nowhere", "Go to your account", "/account/"),
        ("/admin/nowhere", "Back to Administration", "/admin/"),
    ],
)
def test_where_there_is_nothing_a_link_leads_on(
    browser: Browser, path: str, way: str, address: str
) -> None:
    browser.open(path)

    assert (browser.status, browser.page, ways(browser)) == (404, "error", [way])
    assert browser.find("main a")["href"] == address


def test_whoever_may_not_administer_is_led_to_their_account(a: Factory, browser: Browser) -> None:
    a.user()
    browser.open("/account/").submit(username=EMAIL, password=PASSWORD)
    browser.open("/admin/users")
    assert (browser.status, ways(browser)) == (403, ["Go to your account"])

    browser.follow("Go to your account")

    assert browser.page == "account"


def test_while_the_database_is_away_no_link_leads_to_where_it_is_asked(
    app: Flask,
) -> None:
    with app.test_request_context("/account/"):
        answer = errors.busy(5)

    assert answer.status_code == 503
    assert "<main" in (shown := answer.get_data(as_text=True))
    assert "Go to your account" not in shown
