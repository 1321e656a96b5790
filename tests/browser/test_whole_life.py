"""A whole life with one account, from the first mail to the last. Each chapter ends with what the
app could read about it, and with the mails that came.
"""

import json
from secrets import token_hex

import pytest

from tests.browser.life import Life
from tests.support import laptop
from tests.support.mailbox import Mailbox
from tests.support.visitor import Way, visiting

APP = "Example web app"
FIRST, SECOND = "four unrelated words here", "seven quiet words in a row"

PASSWORD = ("urn:idp:loa:1fa", ["pwd"])
PASSWORD_AND_CODE = ("urn:idp:loa:2fa", ["pwd", "otp", "mfa"])
PASSWORD_AND_RECOVERY_CODE = ("urn:idp:loa:2fa", ["pwd", "recovery", "mfa"])
PASSKEY = ("phr", ["swk", "user", "mfa"])


@pytest.mark.timeout(240)
def test_a_whole_life(site, chromium, visitor):
    laptop.below(visitor.page)
    laptop.wait_for_the_button(visitor.page)
    zoe = Life(site, Mailbox(site.a.app), visitor, f"zoe-{token_hex(3)}@example.com", FIRST)

    registers_on_the_way_to_an_app(zoe)
    sets_up_an_authenticator_app(zoe)
    trusts_her_laptop(zoe)
    adds_a_passkey(zoe)
    loses_her_phone(zoe)
    moves_to_another_address(zoe)
    forgets_her_password(zoe)
    with visiting(chromium) as elsewhere:
        signs_a_forgotten_browser_out(zoe, elsewhere, site.tell_apps)
    removes_the_app(zoe)
    exports_her_data(zoe)
    closes_her_account(zoe)


@pytest.mark.timeout(240)
@pytest.mark.parametrize("visitor", [Way.WITHOUT_SCRIPTS, Way.KEYBOARD], indirect=True)
def test_a_shorter_life_in_other_ways(site, visitor):
    zoe = Life(site, Mailbox(site.a.app), visitor, f"zoe-{token_hex(3)}@example.com", FIRST)

    registers_on_the_way_to_an_app(zoe)
    sets_up_an_authenticator_app(zoe)
    removes_the_app(zoe)
    loses_her_phone(zoe)
    moves_to_another_address(zoe)
    closes_her_account(zoe)


def registers_on_the_way_to_an_app(zoe):
    visitor = zoe.visitor
    visitor.open(zoe.place.app).follow("Sign in").is_at("sign-in").follow("Create an account")
    visitor.is_at("create-account").fill(email=zoe.email).press("Send the link")
    visitor.is_at("create-account-sent").open(zoe.post.link(zoe.email)).is_at("finish-account")
    visitor.fill(name="Zoe Example", password=zoe.password).press("Create account")
    visitor.is_at("account-ready").reads(f"to go on to {APP}").follow("Sign in")
    visitor.is_at("sign-in").reads(zoe.email).fill(password=zoe.password).press("Continue")
    visitor.is_at("consent").press("Allow")

    assert zoe.proof() == PASSWORD
    userinfo = visitor.claims("userinfo")
    assert (userinfo["email"], userinfo["email_verified"]) == (zoe.email, True)
    zoe.was_mailed("Finish your registration with {}", f"{APP} can now use your account")


def sets_up_an_authenticator_app(zoe):
    zoe.go_to("/account/", "account").follow("Add an authenticator app")
    zoe.scan("Blue phone", "Turn on two-step sign-in")
    zoe.save_codes()

    zoe.visitor.is_at("security").reads("Blue phone").reads("10 of 10 left")
    zoe.was_mailed("An authenticator app was added to your account")


def trusts_her_laptop(zoe):
    zoe.sign_out()
    zoe.begin_at_the_app().is_at("second-factor").tick("trust_device")
    zoe.visitor.enter_code(zoe.phones[-1].code())
    assert zoe.proof() == PASSWORD_AND_CODE
    zoe.was_mailed("A browser is trusted now: Chrome on Linux")

    zoe.sign_out()
    zoe.begin_at_the_app()
    assert zoe.proof() == PASSWORD  # trust is no factor
    zoe.visitor.follow("Open the sensitive page").enter_code(zoe.phones[-1].code())
    zoe.visitor.is_at("sensitive").follow("Back to your claims")
    assert zoe.proof() == PASSWORD_AND_CODE


def adds_a_passkey(zoe):
    zoe.go_to("/account/security", "security").follow("Add a passkey")
    zoe.visitor.is_at("enrol-passkey").fill(device_name="My laptop").press("Create a passkey")
    zoe.visitor.is_at("security").reads("My laptop")
    zoe.was_mailed("A passkey was added to your account")

    zoe.sign_out()
    zoe.visitor.follow("Sign in").is_at("sign-in").press("Sign in with a passkey")
    assert zoe.proof() == PASSKEY


def loses_her_phone(zoe):
    zoe.sign_out()
    zoe.begin_at_the_app().is_at("second-factor")  # a new factor ended the trust
    zoe.visitor.follow("Use a recovery code").is_at("recovery-code")
    zoe.visitor.fill(code=zoe.codes.pop()).press("Continue")
    zoe.visitor.is_at("enrol-totp").reads("9 left").press("Continue without it")
    assert zoe.proof() == PASSWORD_AND_RECOVERY_CODE
    zoe.was_mailed("A recovery code was used: 9 left")

    zoe.go_to("/account/security", "security").reads("9 of 10 left").follow("Replace Blue phone")
    zoe.scan("Red phone", "Add this authenticator")
    zoe.visitor.is_at("security").reads("Red phone").reads("the old one was removed")
    assert "Blue phone" not in zoe.visitor.text_of("main")
    zoe.was_mailed(
        "An authenticator app was added to your account",
        "An authenticator app was removed from your account",
    )
    assert zoe.refreshes() == "invalid_grant"  # what hung from the lost phone


def moves_to_another_address(zoe):
    new = f"new-{zoe.email}"
    zoe.go_to("/account/profile", "profile").follow("Change the address").is_at("change-email")
    zoe.visitor.fill(email=new).press("Send the link").is_at("profile").reads(new)
    zoe.was_mailed("Your account is to have another email address")
    zoe.visitor.open(zoe.post.link(new)).is_at("confirm-email").press("Use the new address")
    zoe.visitor.is_at("profile").reads("Your email address is changed.")

    zoe.was_mailed("Your email address was changed")
    zoe.email = new
    zoe.was_mailed("Confirm your new email address", "Your email address was changed")


def forgets_her_password(zoe):
    zoe.sign_out()
    visitor = zoe.visitor
    visitor.follow("Sign in").is_at("sign-in").follow("Forgot your password?")
    visitor.is_at("password-reset").fill(email=zoe.email).press("Send the link")
    visitor.is_at("password-reset-sent").open(zoe.post.link(zoe.email)).is_at("reset")
    visitor.press("Confirm with a passkey").reads("Confirmed with your passkey.")
    visitor.fill(password=SECOND).press("Save password")
    visitor.is_at("password-set").follow("Sign in").sign_in(zoe.email, zoe.password)
    visitor.is_at("sign-in").reads("That email or password isn't right.")
    zoe.password = SECOND
    visitor.sign_in(zoe.email, zoe.password).enter_code(zoe.phones[-1].code())

    assert zoe.proof() == PASSWORD_AND_CODE
    assert visitor.claims("userinfo")["email"] == zoe.email
    zoe.was_mailed(
        "Reset your password",
        "Your password was changed",
        "New sign-in to {}: Chrome on Linux",  # a reset forgets every browser
    )


def signs_a_forgotten_browser_out(zoe, elsewhere, tell_apps):
    zoe.begin_at_the_app(elsewhere).enter_code(zoe.phones[-1].code()).is_at("claims")
    zoe.was_mailed("New sign-in to {}: Chrome on Linux")

    zoe.go_to("/account/sessions", "sessions")
    zoe.visitor.press("Sign out of Chrome on Linux from 127.0.0.1")
    zoe.visitor.is_at("sessions").reads("That browser is signed out.")
    tell_apps()

    elsewhere.open(zoe.place.app).is_at("welcome")
    elsewhere.open(f"{zoe.place.issuer}/account/").is_at("sign-in")
    zoe.go_to("/account/", "account")


def removes_the_app(zoe):
    assert zoe.refreshes() == "The tokens were renewed."
    zoe.go_to("/account/apps", "apps").follow(f"Remove {APP}").is_at("remove-app").press("Remove")
    zoe.visitor.is_at("apps").reads("The app was removed.")

    assert zoe.refreshes() == "invalid_grant"
    zoe.visitor.follow("Sign in again").is_at("consent").press("Allow").is_at("claims")
    zoe.was_mailed(f"{APP} can now use your account")


def exports_her_data(zoe):
    zoe.go_to("/account/profile", "profile").follow("Download your data").is_at("export")
    with zoe.visitor.page.expect_download() as download:
        zoe.visitor.press("Download")
    text = download.value.path().read_text()

    kept = json.loads(text)
    methods, (app,) = kept["sign_in_methods"], kept["connected_apps"]
    assert kept["account"]["name"] == "Zoe Example"
    assert [one["address"] for one in kept["email_addresses"]] == [zoe.email]
    assert [one["name"] for one in methods["authenticator_apps"]] == ["Red phone"]
    assert [one["name"] for one in methods["passkeys"]] == ["My laptop"]
    assert methods["recovery_codes_left"] == 9
    assert app["name"] == APP
    assert {"user_registered", "recovery_code_used"} <= {one["type"] for one in kept["activity"]}
    secrets = [FIRST, SECOND, *zoe.codes, *(phone.secret for phone in zoe.phones)]
    assert not [secret for secret in secrets if secret in text]


def closes_her_account(zoe):
    visitor = zoe.visitor
    zoe.go_to("/account/profile", "profile").follow("Close your account").is_at("close-account")
    visitor.reads(APP).fill(email=zoe.email).press("Close account").is_at("account-closed")

    zoe.was_mailed("Your account was closed")
    visitor.follow("Back to sign in").sign_in(zoe.email, zoe.password)
    visitor.is_at("sign-in").reads("That email or password isn't right.")
    assert zoe.refreshes() == "invalid_grant"
