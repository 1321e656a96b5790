"""Passkeys on the sign-in pages: alone, after a password, and where an app insists on one."""

from __future__ import annotations

import json

import pytest

from idp.accounts import disable
from idp.extensions import db, transaction
from idp.models import User
from tests.support.authenticator import Authenticator, show
from tests.support.browser import Browser
from tests.support.factories import EMAIL, PASSWORD, Factory
from tests.support.relying_party import RelyingParty, answer, claims
from tests.support.spec_matrix import spec

PHR = "phr"
ESSENTIAL = json.dumps({"id_token": {"acr": {"essential": True, "values": [PHR]}}})


@pytest.fixture
def rp(a: Factory) -> RelyingParty:
    return a.client(trusted=True)


@pytest.fixture
def ann(a: Factory) -> User:
    return a.user()


@pytest.fixture
def device(a: Factory, ann: User) -> Authenticator:
    return a.passkey(ann)


def identity(rp: RelyingParty, browser: Browser) -> dict[str, object]:
    response = answer(browser.left_for)
    return claims(rp.exchange(response["code"]).get_json()["id_token"])


@spec("EAP ACR Values", "2")
@spec("RFC 8176", "2")
def test_a_passkey_alone_is_read_by_the_app_as_phishing_resistant(
    browser: Browser, rp: RelyingParty, device: Authenticator
) -> None:
    browser.open(rp.authorization_url())

    show(device, browser)

    token = identity(rp, browser)
    assert (token["acr"], token["amr"]) == (PHR, ["swk", "user", "mfa"])


def test_the_name_field_invites_the_browser_to_offer_passkeys(
    browser: Browser, rp: RelyingParty
) -> None:
    browser.open(rp.authorization_url())

    assert browser.find("#username")["autocomplete"] == "username webauthn"
    assert "Passkeys need JavaScript" in browser.find(".without-script").get_text()
    assert browser.find("form[data-passkey] button").has_attr("disabled")


def test_after_a_password_a_passkey_stands_for_the_code(
    a: Factory, browser: Browser, rp: RelyingParty, ann: User, device: Authenticator
) -> None:
    a.phone(ann)
    browser.open(rp.authorization_url()).submit(username=EMAIL, password=PASSWORD)
    assert browser.page == "second-factor"
    assert browser.find("#code")

    show(device, browser)

    token = identity(rp, browser)
    assert (token["acr"], token["amr"]) == (PHR, ["pwd", "swk", "user", "mfa"])


def test_whoever_has_only_a_passkey_is_asked_for_it_after_the_password(
    browser: Browser, rp: RelyingParty, device: Authenticator
) -> None:
    browser.open(rp.authorization_url()).submit(username=EMAIL, password=PASSWORD)

    assert browser.page == "second-factor"
    assert browser.text.count("Use your passkey") >= 1
    assert not browser.all("#code")
    assert show(device, browser).left_for is not None


def test_a_recovery_code_stands_in_for_a_lost_passkey(
    a: Factory, browser: Browser, rp: RelyingParty, ann: User, device: Authenticator
) -> None:
    code = a.recovery_codes(ann)[0]
    browser.open(rp.authorization_url()).submit(username=EMAIL, password=PASSWORD)

    browser.follow("Use a recovery code").submit(code=code)

    assert browser.page == "enrol-totp"
    browser.follow("Use a passkey instead")
    show(Authenticator(rp.issuer), browser, device_name="New laptop")
    token = identity(rp, browser)
    assert (token["acr"], token["amr"]) == (PHR, ["pwd", "swk", "user", "recovery", "mfa"])


@spec("OIDC Core", "5.5.1.1")
class TestAnAppThatInsists:
    def test_asks_for_the_passkey_although_a_code_was_typed(
        self, a: Factory, browser: Browser, rp: RelyingParty, ann: User, device: Authenticator
    ) -> None:
        phone = a.phone(ann)
        browser.open(rp.authorization_url()).submit(username=EMAIL, password=PASSWORD)
        browser.submit(code=phone.code())

        browser.open(rp.authorization_url(claims=ESSENTIAL))

        assert (browser.page, browser.all("#code")) == ("second-factor", [])
        show(device, browser)
        assert identity(rp, browser)["acr"] == PHR

    def test_has_a_passkey_set_up_by_whoever_has_none(
        self, browser: Browser, rp: RelyingParty, ann: User
    ) -> None:
        browser.open(rp.authorization_url(claims=ESSENTIAL))
        browser.submit(username=EMAIL, password=PASSWORD)
        assert browser.page == "enrol-passkey"
        assert "Photos asks you to sign in with a passkey." in browser.text

        show(Authenticator(rp.issuer), browser, device_name="Laptop")

        assert browser.page == "recovery-codes"
        assert "when your authenticator app or passkey is out of reach" in browser.text
        assert browser.all(".steps li")[1].get_text(strip=True).startswith("Passkey")
        browser.fill(saved="yes").press("Continue")
        token = identity(rp, browser)
        assert (token["acr"], token["amr"]) == (PHR, ["pwd", "swk", "user", "mfa"])

    def test_has_it_set_up_only_after_what_is_there_was_proven(
        self, a: Factory, browser: Browser, rp: RelyingParty, ann: User
    ) -> None:
        """R19, R20."""
        phone = a.phone(ann)
        browser.open(rp.authorization_url(claims=ESSENTIAL))
        browser.submit(username=EMAIL, password=PASSWORD)
        assert browser.page == "second-factor"

        early = browser.client.get(browser.url.replace("second-factor", "enrol-passkey"))
        assert early.status_code == 303

        browser.submit(code=phone.code())
        assert browser.page == "enrol-passkey"

    def test_hears_that_its_user_would_not(
        self, browser: Browser, rp: RelyingParty, ann: User
    ) -> None:
        browser.open(rp.authorization_url(claims=ESSENTIAL))
        browser.submit(username=EMAIL, password=PASSWORD).press("Cancel")

        assert answer(browser.left_for)["error"] == "unmet_authentication_requirements"

    def test_hears_what_silence_would_have_to_ask(
        self, a: Factory, browser: Browser, rp: RelyingParty, ann: User
    ) -> None:
        browser.open(rp.authorization_url()).submit(username=EMAIL, password=PASSWORD)
        silent = rp.authorization_url(claims=ESSENTIAL, prompt="none")
        assert answer(browser.open(silent).left_for)["error"] == "interaction_required"

        a.passkey(ann)
        assert answer(browser.open(silent).left_for)["error"] == "login_required"


def test_an_app_that_would_like_a_passkey_does_without(
    browser: Browser, rp: RelyingParty, ann: User
) -> None:
    browser.open(rp.authorization_url(acr_values=PHR)).submit(username=EMAIL, password=PASSWORD)

    assert identity(rp, browser)["acr"] == "urn:idp:loa:1fa"


def test_a_client_may_demand_passkeys_of_everybody(
    a: Factory, browser: Browser, device: Authenticator
) -> None:
    bank = a.client(trusted=True, min_acr=PHR)
    browser.open(bank.authorization_url()).submit(username=EMAIL, password=PASSWORD)
    assert browser.page == "second-factor"

    assert identity(bank, show(device, browser))["acr"] == PHR


def test_a_refused_passkey_shows_the_page_again(
    browser: Browser, rp: RelyingParty, device: Authenticator
) -> None:
    device.origin = "https://evil.example"
    browser.open(rp.authorization_url())

    show(device, browser)

    assert (browser.status, browser.page) == (422, "sign-in")
    assert "That passkey didn't work." in browser.find("[role=alert]").get_text()
    assert browser.find("title").get_text().startswith("Error:")
    device.origin = rp.issuer
    assert show(device, browser).left_for is not None


def test_a_refused_passkey_after_a_password_shows_that_page_again(
    browser: Browser, rp: RelyingParty, device: Authenticator
) -> None:
    device.origin = "https://evil.example"
    browser.open(rp.authorization_url()).submit(username=EMAIL, password=PASSWORD)

    show(device, browser)

    assert (browser.status, browser.page) == (422, "second-factor")


def test_an_answer_that_came_too_late_says_so(
    browser: Browser, rp: RelyingParty, device: Authenticator
) -> None:
    browser.open(rp.authorization_url())
    form = browser.find("form[data-passkey]")

    browser.open(str(form["action"]), method="POST", data=browser.fields_of(form))

    assert (browser.status, browser.page) == (422, "sign-in")
    assert "That took too long. Try again." in browser.text


def test_a_step_up_takes_a_passkey_for_everything(
    browser: Browser, device: Authenticator, clock
) -> None:
    browser.open("/account/")
    show(device, browser)
    clock.advance(minutes=6)

    browser.open("/account/totp")
    assert browser.page == "sign-in"
    assert "Use your passkey" in browser.text
    assert show(device, browser).page == "enrol-totp"


def test_a_disabled_user_is_refused_in_the_same_words(
    a: Factory, browser: Browser, rp: RelyingParty, ann: User, device: Authenticator
) -> None:
    with a.app.app_context(), transaction():
        disable.disable(db.session.get_one(User, ann.id))

    show(device, browser.open(rp.authorization_url()))

    assert (browser.status, browser.page) == (422, "sign-in")
    assert "That passkey didn't work." in browser.text


class TestSwitchedOff:
    @pytest.fixture
    def overrides(self):
        return {"passkeys": {"enabled": False}}

    def test_nothing_is_offered(self, browser: Browser, rp: RelyingParty, ann: User) -> None:
        browser.open(rp.authorization_url())

        assert not browser.all("form[data-passkey]")
        assert browser.find("#username")["autocomplete"] == "username"
        browser.open(browser.url.replace("/sign-in", "/passkey"), method="POST")
        assert browser.status in {403, 404}

    def test_a_level_that_nobody_can_reach_is_refused_at_once(
        self, browser: Browser, rp: RelyingParty, ann: User
    ) -> None:
        browser.open(rp.authorization_url(claims=ESSENTIAL))

        assert answer(browser.left_for)["error"] == "unmet_authentication_requirements"

    def test_discovery_names_no_level_that_nobody_can_reach(self, client) -> None:
        document = client.get("/.well-known/openid-configuration").get_json()

        assert PHR not in document["acr_values_supported"]
