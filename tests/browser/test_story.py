"""The whole story in a real browser: an app asks, a person proves, the app reads how."""

import pytest

from tests.support.databases import EngineKind
from tests.support.qr import read_qr_code
from tests.support.visitor import Way

LOA2 = "urn:idp:loa:2fa"
EVERY_WAY = pytest.mark.parametrize(
    ("site", "visitor"),
    [
        (EngineKind.SQLITE, Way.EVERYTHING),
        (EngineKind.POSTGRESQL, Way.EVERYTHING),
        (EngineKind.SQLITE, Way.WITHOUT_SCRIPTS),
        (EngineKind.SQLITE, Way.KEYBOARD),
    ],
    indirect=True,
)


@EVERY_WAY
def test_the_app_reads_how_somebody_signed_in(site, visitor, bob):
    visitor.open(site.app).follow("Sign in")
    visitor.sign_in(bob.email)
    visitor.enter_code(bob.code())
    visitor.is_at("consent")
    visitor.reads("See your email")
    visitor.press("Allow")

    visitor.is_at("claims")
    identity, userinfo = visitor.claims("id_token"), visitor.claims("userinfo")
    assert (identity["acr"], identity["amr"]) == (LOA2, ["pwd", "otp", "mfa"])
    assert (identity["iss"], identity["sub"]) == (site.issuer, userinfo["sub"])
    assert (userinfo["name"], userinfo["email"]) == ("Bob Example", bob.email)


@EVERY_WAY
def test_somebody_without_an_authenticator_is_led_through_setting_one_up(site, visitor, ann):
    visitor.open(site.app).follow("Open the sensitive page")
    visitor.sign_in(ann.email)
    visitor.is_at("enrol-totp")
    phone = read_qr_code(visitor.page.locator(".qr"))
    assert visitor.text_of("[data-totp-secret]") == phone.secret
    visitor.fill(device_name="My phone", code=phone.code()).press("Turn on two-step sign-in")

    visitor.is_at("recovery-codes")
    assert len(set(visitor.texts_of("[data-recovery-code]"))) == 10
    visitor.tick("saved").press("Continue")
    visitor.is_at("consent")
    visitor.press("Allow")

    visitor.is_at("sensitive")
    visitor.follow("Back to your claims")
    identity = visitor.claims("id_token")
    assert (identity["acr"], identity["amr"]) == (LOA2, ["pwd", "otp", "mfa"])


def test_a_page_that_wants_more_asks_only_for_the_missing_factor(site, visitor, ann):
    visitor.open(site.app).follow("Sign in").sign_in(ann.email).press("Allow")
    assert visitor.claims("id_token")["amr"] == ["pwd"]
    phone = site.a.phone(ann.user)

    visitor.follow("Open the sensitive page")

    visitor.enter_code(phone.code())
    visitor.is_at("sensitive")
    assert visitor.text_of("[data-amr]") == "pwd, otp, mfa"


def test_a_recovery_code_lets_in_and_offers_a_new_authenticator(site, visitor, bob):
    code = site.a.recovery_codes(bob.user)[0]
    visitor.open(site.app).follow("Sign in").sign_in(bob.email)
    visitor.follow("Use a recovery code")

    visitor.is_at("recovery-code")
    visitor.fill(code=code.lower().replace("-", " ")).press("Continue")

    visitor.is_at("enrol-totp")
    visitor.press("Continue without it").press("Allow")
    identity = visitor.claims("id_token")
    assert (identity["acr"], identity["amr"]) == (LOA2, ["pwd", "recovery", "mfa"])


def test_the_app_refreshes_and_signs_out_while_the_provider_remembers(site, visitor, bob):
    visitor.open(site.app).follow("Sign in").sign_in(bob.email).enter_code(bob.code())
    visitor.press("Allow").press("Refresh tokens")
    visitor.reads("The tokens were renewed.")
    renewed = visitor.claims("id_token")
    assert renewed["amr"] == ["pwd", "otp", "mfa"]

    visitor.press("Sign out of this app")
    visitor.is_at("welcome")
    visitor.follow("Sign in")

    visitor.is_at("claims")
    again = visitor.claims("id_token")
    assert (again["sub"], again["auth_time"]) == (renewed["sub"], renewed["auth_time"])


@pytest.mark.parametrize("visitor", [Way.EVERYTHING, Way.WITHOUT_SCRIPTS], indirect=True)
def test_the_app_explains_that_nothing_was_shared(site, visitor, ann):
    visitor.open(site.app).follow("Sign in").sign_in(ann.email)
    visitor.is_at("consent")

    visitor.press("Cancel")

    visitor.is_at("problem")
    assert visitor.text_of("[data-error]") == "access_denied"
    visitor.reads("You declined")


def test_recovery_codes_can_be_copied_and_downloaded(site, visitor, ann):
    visitor.page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    visitor.open(site.app).follow("Open the sensitive page").sign_in(ann.email)
    visitor.fill(code=read_qr_code(visitor.page.locator(".qr")).code())
    visitor.press("Turn on two-step sign-in")
    visitor.is_at("recovery-codes")
    codes = visitor.texts_of("[data-recovery-code]")

    visitor.press("Copy")
    visitor.reads("Codes copied.")
    assert visitor.page.evaluate("navigator.clipboard.readText()").split() == codes
    with visitor.page.expect_download() as download:
        visitor.press("Download")

    kept = download.value.path().read_text()
    assert kept.split()[-10:] == codes
    assert f"For {ann.email}, made on " in kept
    visitor.reads(f"For {ann.email}, made on ")
    visitor.press("Continue")  # the box is not ticked: the browser itself holds the form back
    visitor.is_at("recovery-codes")
