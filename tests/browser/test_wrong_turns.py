"""Tabs, back button, reload, waiting too long, a restart in between: each ends in the right place,
or on a page that says how to start again at the app.
"""

from urllib.parse import urlsplit

import pytest

from tests.support.databases import EngineKind
from tests.support.factories import Phone
from tests.support.visitor import Visitor, Way

BOTH_ENGINES = pytest.mark.parametrize("site", list(EngineKind), indirect=True)
WITH_AND_WITHOUT_SCRIPTS = pytest.mark.parametrize(
    "visitor", [Way.EVERYTHING, Way.WITHOUT_SCRIPTS], indirect=True
)


def photos(site, elsewhere):
    return site.a.client(redirect_uris=[elsewhere.url("/callback")], client_uri=elsewhere.url())


def test_each_tab_returns_to_its_own_app(site, visitor, elsewhere, bob):
    rp = photos(site, elsewhere)
    other = Visitor(visitor.page.context.new_page(), visitor.complaints)
    visitor.open(site.app).follow("Sign in").is_at("sign-in")
    other.open(site.issuer + rp.authorization_url())

    other.sign_in(bob.email).enter_code(bob.code()).press("Allow")
    other.is_at("arrived")
    visitor.sign_in(bob.email)  # the form that was open all the time
    visitor.is_at("consent").press("Allow").is_at("claims")

    assert visitor.page.url == f"{site.app}/"
    assert other.page.url.startswith(elsewhere.url("/callback?"))


def test_a_tab_that_waited_goes_on_without_asking_again(site, visitor, elsewhere, ann):
    rp = photos(site, elsewhere)
    other = Visitor(visitor.page.context.new_page(), visitor.complaints)
    visitor.open(site.app).follow("Sign in").is_at("sign-in")
    other.open(site.issuer + rp.authorization_url()).sign_in(ann.email).press("Allow")
    other.is_at("arrived")

    visitor.page.reload()

    visitor.is_at("consent")
    visitor.press("Allow").is_at("claims")


@WITH_AND_WITHOUT_SCRIPTS
def test_the_back_button_leads_to_the_page_that_is_due(site, visitor, bob):
    visitor.open(site.app).follow("Sign in").sign_in(bob.email)
    visitor.is_at("second-factor")

    visitor.page.go_back()

    visitor.enter_code(bob.code()).is_at("consent")
    visitor.page.go_back()
    visitor.is_at("consent")


def test_going_back_after_the_end_leads_to_the_app(site, visitor, ann):
    visitor.open(site.app).follow("Sign in").sign_in(ann.email).press("Allow")
    visitor.is_at("claims")

    visitor.page.go_back()

    visitor.is_at("expired")
    visitor.reads("It was finished or cancelled.")
    visitor.follow("Back to Example web app").is_at("claims")


def test_reloading_shows_the_same_key_and_the_same_codes(site, visitor, ann):
    visitor.open(site.app).follow("Open the sensitive page").sign_in(ann.email)
    visitor.is_at("enrol-totp")
    secret = visitor.text_of("[data-totp-secret]")

    visitor.page.reload()

    visitor.is_at("enrol-totp")
    assert visitor.text_of("[data-totp-secret]") == secret
    visitor.fill(code=Phone(secret).code()).press("Turn on two-step sign-in")
    visitor.is_at("recovery-codes")
    codes = visitor.texts_of("[data-recovery-code]")
    visitor.page.reload()
    assert visitor.texts_of("[data-recovery-code]") == codes


def test_sending_a_form_again_by_reload_does_no_harm(site, visitor, ann):
    visitor.open(site.app).follow("Sign in").sign_in(ann.email, "not the password")
    visitor.reads("That email or password isn't right.")

    visitor.page.reload()

    visitor.reads("That email or password isn't right.")
    visitor.sign_in(ann.email).is_at("consent")


@WITH_AND_WITHOUT_SCRIPTS
def test_a_sign_in_left_open_too_long_starts_again_at_the_app(site, visitor, ann):
    visitor.open(site.app).follow("Sign in").is_at("sign-in")
    visitor.has_everything()
    site.let_interactions_expire()

    visitor.sign_in(ann.email)

    visitor.is_at("expired")
    visitor.reads("This sign-in took too long")
    visitor.follow("Back to Example web app").sign_in(ann.email)
    visitor.press("Allow").is_at("claims")


def test_without_its_cookies_a_sign_in_belongs_to_nobody(site, visitor, ann):
    visitor.open(site.app).follow("Sign in").is_at("sign-in")
    visitor.has_everything().page.context.clear_cookies()

    visitor.sign_in(ann.email)

    visitor.is_at("expired")
    visitor.reads("cookies are switched off")
    visitor.reads("Go back to the app")


@BOTH_ENGINES
def test_a_restart_in_between_is_not_noticed(site, visitor, bob):
    visitor.open(site.app).follow("Sign in").sign_in(bob.email)
    visitor.is_at("second-factor").has_everything()

    site.restart()

    visitor.enter_code(bob.code()).press("Allow").is_at("claims")
    assert visitor.claims("id_token")["amr"] == ["pwd", "otp", "mfa"]


def test_while_the_provider_is_down_the_app_says_so_and_works_again_after(site, visitor, ann):
    visitor.open(site.app).follow("Sign in").sign_in(ann.email).press("Allow").is_at("claims")
    site.server.stop()
    try:
        visitor.press("Refresh tokens").is_at("problem")
        assert visitor.text_of("[data-error]") == "provider_unreachable"
    finally:
        site.server.start()
    visitor.complaints.forgive(502)

    visitor.follow("Home").press("Refresh tokens").reads("The tokens were renewed.")


def test_another_account_can_be_chosen_on_the_way(site, visitor, ann, bob):
    visitor.open(site.app).follow("Sign in").sign_in(ann.email).is_at("consent")

    visitor.press("Not you?")

    visitor.sign_in(bob.email).enter_code(bob.code()).press("Allow").is_at("claims")
    assert visitor.claims("userinfo")["email"] == bob.email
    assert urlsplit(visitor.page.url).query == ""
