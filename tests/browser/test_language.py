"""The language switch, with a mouse, without scripts, without a mouse."""

import pytest

from tests.support.visitor import Way


@pytest.mark.parametrize("visitor", list(Way), indirect=True)
def test_a_language_is_chosen_at_the_foot_of_the_page(site, visitor):
    visitor.open(site.app).follow("Sign in").is_at("sign-in")

    visitor._press(visitor.page.locator("details.languages summary"))
    visitor.press("Deutsch")

    visitor.is_at("sign-in").reads("Passwort vergessen?")
    assert visitor.page.locator("html").get_attribute("lang") == "de"


def test_an_app_that_speaks_japanese_gets_a_japanese_page(site, visitor):
    rp = site.a.client(redirect_uris=[f"{site.app}/callback"])

    visitor.open(site.issuer + rp.authorization_url(ui_locales="ja"))

    visitor.is_at("sign-in").reads("パスワードをお忘れですか？")


def test_times_are_written_as_their_readers_write_them(site, visitor):
    visitor.open(f"{site.issuer}/account/sessions").sign_in(site.account().email)
    visitor.is_at("sessions")

    visitor._press(visitor.page.locator("details.languages summary"))
    visitor.press("Français")

    visitor.is_at("sessions").reads("UTC")
    time = visitor.page.locator("main time").first
    assert time.get_attribute("datetime")[:2] == "20"
    assert any(month in time.text_content() for month in MONTHS)


MONTHS = (
    *("janvier", "février", "mars", "avril", "mai", "juin", "juillet", "août", "septembre"),
    *("octobre", "novembre", "décembre"),
)
