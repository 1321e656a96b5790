"""Passkeys on the account pages: add, rename, remove, and what that means for everything else."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable

import pytest
from sqlalchemy import select

from idp.extensions import db
from idp.models import OutboundMessage, User
from tests.support.authenticator import Authenticator, show
from tests.support.browser import Browser
from tests.support.factories import EMAIL, PASSWORD, Factory
from tests.support.relying_party import answer


@pytest.fixture
def ann(a: Factory) -> User:
    return a.user()


@pytest.fixture
def signed_in(browser: Browser, ann: User) -> Browser:
    return browser.open("/account/").submit(username=EMAIL, password=PASSWORD)


@pytest.fixture
def device(signed_in: Browser) -> Authenticator:
    """Added in the account, with its recovery codes saved."""
    new = Authenticator(signed_in.issuer)
    show(new, signed_in.open("/account/passkeys"), device_name="Blue laptop")
    signed_in.fill(saved="yes").press("Continue")
    assert signed_in.page == "security"
    return new


@pytest.fixture
def elsewhere(a: Factory, signed_in: Browser) -> Browser:
    """The same person in another browser, not signed in."""
    return Browser(a.app.test_client(), signed_in.issuer).open("/account/")


@pytest.fixture
def mails(a: Factory) -> Callable[[], Counter[str]]:
    """How many of each kind about passkeys were put into the outbox."""

    def count() -> Counter[str]:
        with a.app.app_context():
            written = db.session.scalars(select(OutboundMessage.payload)).all()
        names = [payload["name"] for payload in written if "name" in payload]
        return Counter(name for name in names if name.startswith("passkey"))

    return count


def test_a_passkey_is_added_named_and_listed(signed_in: Browser, device: Authenticator) -> None:
    assert "Blue laptop" in signed_in.text
    assert "10 of 10 left" in signed_in.text


def test_the_page_suggests_a_name_and_says_what_scripts_are_for(signed_in: Browser) -> None:
    signed_in.open("/account/passkeys")

    assert signed_in.page == "enrol-passkey"
    assert signed_in.find("#device_name")["value"]
    assert "Passkeys need JavaScript" in signed_in.find(".without-script").get_text()


def test_adding_one_counts_in_this_session_and_changes_its_cookie(signed_in: Browser) -> None:
    """R41."""
    before = signed_in.client.get_cookie("__Host-session", "idp.example").value

    show(Authenticator(signed_in.issuer), signed_in.open("/account/passkeys"))

    assert signed_in.client.get_cookie("__Host-session", "idp.example").value != before
    assert signed_in.open("/account/totp").page == "enrol-totp"  # no step-up: both are fresh


def test_an_answer_that_is_none_shows_the_page_again(signed_in: Browser) -> None:
    signed_in.open("/account/passkeys").submit(device_name="Kept")

    assert (signed_in.status, signed_in.page) == (422, "enrol-passkey")
    assert "That took too long. Try again." in signed_in.text
    assert signed_in.find("#device_name")["value"] == "Kept"


def test_a_passkey_made_without_its_user_is_not_added(signed_in: Browser) -> None:
    signed_in.open("/account/passkeys")

    show(Authenticator(signed_in.issuer, flags=0x01), signed_in)

    assert (signed_in.status, signed_in.page) == (422, "enrol-passkey")
    assert "That passkey can't be used here." in signed_in.text


def test_it_is_renamed_without_a_fresh_proof(
    signed_in: Browser, device: Authenticator, clock
) -> None:
    clock.advance(minutes=20)

    signed_in.open("/account/security").follow("Rename").submit(device_name=" Red\tlaptop ")

    assert signed_in.page == "security"
    assert "Red laptop" in signed_in.text


def test_it_signs_in_elsewhere_until_it_is_removed(
    signed_in: Browser,
    device: Authenticator,
    elsewhere: Browser,
    mails: Callable[[], Counter[str]],
) -> None:
    """R48: whatever rests on it ends."""
    assert show(device, elsewhere).page == "account"

    remove = signed_in.find("[href*='/account/passkeys/'][href$='/remove']")["href"]
    signed_in.open(str(remove))
    assert signed_in.page == "remove-passkey"
    assert "a password alone opens it" in signed_in.text
    signed_in.press("Remove")

    assert "Passkey removed." in signed_in.text
    assert mails() == {"passkey_added": 1, "passkey_removed": 1}
    assert "Blue laptop" not in signed_in.text
    assert elsewhere.open("/account/").page == "sign-in"
    assert show(device, elsewhere).status == 422


def test_removing_one_ends_what_apps_hold(
    a: Factory, signed_in: Browser, device: Authenticator
) -> None:
    rp = a.client(trusted=True)
    signed_in.open(rp.authorization_url(scope="openid offline_access"))
    tokens = rp.exchange(answer(signed_in.left_for)["code"]).get_json()

    signed_in.open("/account/security")
    signed_in.open(str(signed_in.find("[href$='/remove']")["href"])).press("Remove")

    assert rp.refresh(tokens["refresh_token"]).get_json()["error"] == "invalid_grant"


def test_removing_asks_for_every_factor_afresh(
    signed_in: Browser, device: Authenticator, clock
) -> None:
    """A13, R44."""
    remove = str(signed_in.find("[href*='/account/passkeys/'][href$='/remove']")["href"])
    clock.advance(minutes=6)

    signed_in.open(remove)
    assert signed_in.page == "sign-in"
    assert "Before you remove a passkey" in signed_in.text
    signed_in.submit(password=PASSWORD)
    assert signed_in.page == "second-factor"
    assert show(device, signed_in).page == "remove-passkey"


def test_somebody_else_can_neither_rename_nor_remove_it(
    a: Factory, signed_in: Browser, device: Authenticator
) -> None:
    path = str(signed_in.find("[href*='/account/passkeys/'][href$='/remove']")["href"])
    a.user("bob@example.com", name="Bob")
    bob = Browser(a.app.test_client(), signed_in.issuer).open("/account/")
    bob.submit(username="bob@example.com", password=PASSWORD)

    assert bob.open(path).status == 404
    assert bob.open(path.replace("remove", "rename")).status == 404
    assert "Blue laptop" in signed_in.open("/account/security").text


def test_an_app_that_needs_the_last_one_is_named(
    a: Factory, signed_in: Browser, device: Authenticator
) -> None:
    bank = a.client(client_name="Bank", min_acr="phr")
    signed_in.open(bank.authorization_url()).press("Allow")

    signed_in.open("/account/security")
    signed_in.open(str(signed_in.find("[href*='/account/passkeys/'][href$='/remove']")["href"]))

    assert "Bank" in signed_in.text


class TestWhereTwoFactorsAreRequired:
    @pytest.fixture
    def overrides(self):
        return {"second_factor": {"policy": "required"}}

    def test_the_last_one_stays(self, a: Factory, browser: Browser, ann: User) -> None:
        """R23."""
        device = a.passkey(ann)
        show(device, browser.open("/account/"))
        browser.open("/account/security")
        browser.open(str(browser.find("[href*='/account/passkeys/'][href$='/remove']")["href"]))
        remove = browser.url
        assert not browser.all("main form")

        token = browser.open("/account/passkeys").find("[name=csrf_token]")["value"]
        browser.open(remove, method="POST", data={"csrf_token": str(token)})

        assert (browser.status, browser.page) == (422, "remove-passkey")
        assert "Laptop" in browser.open("/account/security").text


class TestSwitchedOff:
    @pytest.fixture
    def overrides(self):
        return {"passkeys": {"enabled": False}}

    def test_none_can_be_added(self, signed_in: Browser) -> None:
        assert "Add a passkey" not in signed_in.open("/account/security").text
        assert signed_in.open("/account/passkeys").status == 404
