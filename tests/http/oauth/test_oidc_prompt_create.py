"""Initiating User Registration via OpenID Connect: `prompt=create`."""

from urllib.parse import parse_qsl, urlsplit

import pytest

from config import AccountSettings, Registration
from tests.support.factories import EMAIL, PASSWORD
from tests.support.relying_party import answer
from tests.support.spec_matrix import spec

NEW = "new@example.com"
CHOSEN = "seven quiet words in a row"


@pytest.fixture
def overrides():
    return {"accounts": AccountSettings(registration=Registration.OPEN)}


@spec("Prompt Create", "4.1")
def test_it_begins_with_registration_and_ends_at_the_app(a, browser, mailbox):
    rp = a.client(trusted=True)

    browser.open(rp.authorization_url(prompt="create", login_hint=NEW, state="mine"))

    assert browser.page == "create-account"
    assert browser.find("input[name=email]")["value"] == NEW
    browser.submit(email=NEW)
    browser.open(mailbox.link(NEW)).submit(name="New Person", password=CHOSEN)
    browser.follow("Sign in").submit(password=CHOSEN)
    assert answer(browser.left_for)["state"] == "mine"


@spec("Prompt Create", "4.1")
def test_somebody_who_has_an_account_signs_in_instead(a, browser):
    a.user()
    rp = a.client(trusted=True)

    browser.open(rp.authorization_url(prompt="create")).follow("I have an account")

    assert browser.page == "sign-in"
    browser.submit(username=EMAIL, password=PASSWORD)
    assert "code" in answer(browser.left_for)


@spec("Prompt Create", "4.1")
def test_a_session_does_not_answer_for_a_wanted_account(a, browser):
    a.user()
    rp = a.client(trusted=True)
    browser.open("/account/").submit(username=EMAIL, password=PASSWORD)

    browser.open(rp.authorization_url(prompt="create"))
    assert browser.page == "create-account"

    browser.follow("I have an account")
    assert "code" in answer(browser.left_for)


@spec("Prompt Create", "4.1")
def test_a_request_that_was_posted_without_cookies_begins_there_too(a, browser):
    """R46: a form on the app's page carries no cookies of ours."""
    rp = a.client(trusted=True)
    fields = dict(parse_qsl(urlsplit(rp.authorization_url(prompt="create")).query))

    response = browser.client.post(
        "/authorize", data=fields, headers={"Origin": "https://rp.example"}
    )
    browser.open(response.headers["Location"])

    assert browser.page == "create-account"
    assert browser.follow("I have an account").page == "sign-in"


@spec("Prompt Create", "4.1")
@pytest.mark.parametrize("prompt", ["none create", "create none"])
def test_it_cannot_be_silent(a, browser, prompt):
    rp = a.client()

    browser.open(rp.authorization_url(prompt=prompt))

    assert answer(browser.left_for)["error"] == "invalid_request"


@spec("Prompt Create", "4.2")
def test_it_is_announced(client):
    metadata = client.get("/.well-known/openid-configuration").get_json()

    assert "create" in metadata["prompt_values_supported"]


class TestClosed:
    @pytest.fixture
    def overrides(self):
        return {}

    @spec("Prompt Create", "4.2")
    def test_where_nobody_may_register_it_is_not_announced_and_signs_in(self, a, browser, client):
        rp = a.client()

        browser.open(rp.authorization_url(prompt="create"))

        assert browser.page == "sign-in"
        metadata = client.get("/.well-known/openid-configuration").get_json()
        assert "create" not in metadata["prompt_values_supported"]
        assert "Create an account" not in browser.text
