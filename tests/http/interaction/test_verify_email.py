"""An address that has to be confirmed before a sign-in is complete."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import select

from config import AccountSettings
from idp.extensions import db, transaction
from idp.models import EmailAddress
from tests.support.browser import Browser
from tests.support.factories import EMAIL, PASSWORD, Factory
from tests.support.mailbox import Mailbox
from tests.support.relying_party import answer


@pytest.fixture
def overrides() -> dict[str, Any]:
    return {"accounts": AccountSettings(verified_address_required=True)}


@pytest.fixture
def unproven(a: Factory) -> None:
    a.user()
    with a.app.app_context(), transaction():
        db.session.scalars(select(EmailAddress)).one().verified_at = None


@pytest.mark.usefixtures("unproven")
def test_the_sign_in_waits_for_the_link(a: Factory, browser: Browser, mailbox: Mailbox) -> None:
    rp = a.client(trusted=True)
    browser.open(rp.authorization_url()).submit(username=EMAIL, password=PASSWORD)
    assert browser.page == "verify-email"
    assert mailbox.letters() == []
    waiting = browser.press("Send the link").url
    assert "30 minutes" in browser.text
    assert browser.follow("I've confirmed it").page == "verify-email"

    elsewhere = Browser(a.app.test_client(), browser.issuer)
    elsewhere.open(mailbox.link(EMAIL)).press("Confirm this address")

    assert "code" in answer(browser.open(waiting).left_for)


@pytest.mark.usefixtures("unproven")
def test_leaving_the_page_does_not_complete_it(
    a: Factory, browser: Browser, mailbox: Mailbox
) -> None:
    rp = a.client(trusted=True)
    browser.open(rp.authorization_url()).submit(username=EMAIL, password=PASSWORD)

    assert browser.open(rp.authorization_url()).page == "verify-email"
    silent = browser.open(rp.authorization_url(prompt="none"))
    assert answer(silent.left_for)["error"] == "interaction_required"


@pytest.mark.usefixtures("unproven")
def test_five_links_a_day(browser: Browser) -> None:
    """R35."""
    browser.open("/account/").submit(username=EMAIL, password=PASSWORD)
    browser.press("Send the link")
    for _again in range(4):
        browser.press("Send the link again")
        assert browser.status == 200

    browser.press("Send the link again")

    assert (browser.status, browser.page) == (429, "verify-email")
    assert int(browser.response.headers["Retry-After"]) > 3600


def test_whoever_has_confirmed_is_asked_for_nothing(a: Factory, browser: Browser) -> None:
    a.user()

    browser.open("/account/").submit(username=EMAIL, password=PASSWORD)

    assert browser.page == "account"


class TestByDefault:
    @pytest.fixture
    def overrides(self) -> dict[str, Any]:
        return {}

    @pytest.mark.usefixtures("unproven")
    def test_nobody_has_to_and_apps_are_told_the_truth(self, a: Factory, browser: Browser) -> None:
        rp = a.client(trusted=True)

        browser.open(rp.authorization_url(scope="openid email"))
        browser.submit(username=EMAIL, password=PASSWORD)

        tokens = rp.exchange(answer(browser.left_for)["code"]).get_json()
        told = rp.userinfo(tokens["access_token"]).get_json()
        assert (told["email"], told["email_verified"]) == (EMAIL, False)
