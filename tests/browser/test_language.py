"""The language switch, with a mouse, without scripts, without a mouse."""

import pytest

from idp import language
from tests.browser import page_rules
from tests.support.factories import PASSWORD
from tests.support.visitor import Way, visiting


@pytest.mark.parametrize("visitor", list(Way), indirect=True)
def test_a_language_is_chosen_at_the_foot_of_the_page(site, visitor):
    visitor.open(site.app).follow("Sign in").is_at("sign-in")

    visitor._press(visitor.page.locator("details.languages summary"))
    visitor.press("Deutsch")

    visitor.is_at("sign-in").reads("Passwort vergessen?")
    assert visitor.page.locator("html").get_attribute("lang") == "de"


def menu(visitor):
    return visitor.page.locator("details.languages")


def open_menu(visitor):
    menu(visitor).locator("summary").click()
    visitor.page.keyboard.press("Tab")
    assert visitor.page.locator(":focus").text_content() == "English"


def test_escape_closes_the_menu_of_languages_and_goes_back_to_its_name(site, visitor):
    visitor.open(site.app).follow("Sign in").is_at("sign-in")
    open_menu(visitor)

    visitor.page.keyboard.press("Escape")

    assert menu(visitor).get_attribute("open") is None
    assert menu(visitor).locator("summary:focus").count() == 1


def test_a_click_elsewhere_closes_the_menu_of_languages(site, visitor):
    visitor.open(site.app).follow("Sign in").is_at("sign-in")
    open_menu(visitor)

    visitor.page.locator("h1").click()

    assert menu(visitor).get_attribute("open") is None


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


_MAIN_BUTTON = "main form .button-primary"
_WIDER_THAN_THE_PAGE = """() => [...document.querySelectorAll("main *, header *, footer *")]
  .filter(element => element.getBoundingClientRect().right > innerWidth + 1
    && !element.closest(".visually-hidden"))
  .map(element => element.outerHTML.slice(0, 120))"""


def pages_of_the_account(site):
    """Those that have an address of their own."""
    return sorted(
        rule.rule
        for rule in site.a.app.url_map.iter_rules()
        if rule.rule.startswith("/account") and "GET" in rule.methods and not rule.arguments
    )


@pytest.mark.parametrize("tag", [tag for tag in language.LANGUAGES if tag != language.SOURCE])
def test_long_words_stay_on_a_small_page(site, chromium, tag):
    bob = site.account_with_phone()
    rp = site.a.client(
        redirect_uris=[f"{site.app}/callback"], scope="openid profile email offline_access"
    )
    found = []

    def look(visitor):
        wider = visitor.page.evaluate(_WIDER_THAN_THE_PAGE)
        found.extend(f"{visitor.page.url}: {element}" for element in wider)

    with visiting(chromium, viewport=page_rules.PHONE, locale=tag) as visitor:
        for path in ("/", "/nowhere", "/password-reset", "/create-account", "/device"):
            visitor.open(site.issuer + path)
            look(visitor)
        visitor.open(site.issuer + rp.authorization_url(scope="openid email offline_access"))
        look(visitor)
        visitor.fill(username=bob.email, password=PASSWORD).page.click(_MAIN_BUTTON)
        look(visitor.is_at("second-factor"))
        visitor.fill(code=bob.code()).page.click(_MAIN_BUTTON)
        look(visitor.is_at("consent"))
        for path in pages_of_the_account(site):
            visitor.open(site.issuer + path)
            look(visitor)

    assert found == []


_TOPS = "parts => new Set(parts.map(part => part.offsetTop)).size"


@pytest.mark.parametrize("tag", language.LANGUAGES)
def test_the_parts_of_the_account_stand_in_one_row_where_there_is_room(site, chromium, tag):
    with visiting(chromium, viewport=page_rules.DESKTOP, locale=tag) as visitor:
        visitor.open(f"{site.issuer}/account/security")
        visitor.fill(username=site.account().email, password=PASSWORD).page.click(_MAIN_BUTTON)
        visitor.is_at("security")

        assert visitor.page.locator(".account-nav li").evaluate_all(_TOPS) == 1


MONTHS = (
    *("janvier", "février", "mars", "avril", "mai", "juin", "juillet", "août", "septembre"),
    *("octobre", "novembre", "décembre"),
)
