"""Which language a page speaks."""

import pytest

from idp.extensions import db
from idp.models import User
from tests.support.factories import EMAIL, PASSWORD

GERMAN = {"Accept-Language": "de-AT, de;q=0.9, en;q=0.5"}


def lang(browser):
    return browser.find("html")["lang"]


def choose(browser, name):
    return browser.press(name)


@pytest.mark.parametrize(
    ("header", "spoken"),
    [
        ("de-AT, en;q=0.5", "de"),
        ("nl, fr;q=0.7, ja;q=0.9", "ja"),
        ("pt-BR, pt;q=0.8", "en"),
        ("de;q=0, vi;q=0.1", "vi"),
        ("*", "en"),
        ("", "en"),
        ("../../etc/passwd, de_DE", "de"),
    ],
)
def test_a_page_speaks_what_the_browser_prefers(client, header, spoken):
    response = client.get("/", headers={"Accept-Language": header})

    assert f'<html lang="{spoken}"' in response.text
    assert "Accept-Language" in response.headers["Vary"]


def test_the_switch_is_remembered_by_this_browser_and_returns_to_its_page(browser):
    browser.open("/nowhere").press("Français")

    assert (browser.url, lang(browser)) == (f"{browser.issuer}/nowhere", "fr")
    assert lang(browser.open("/")) == "fr"


def test_the_switch_names_every_language_in_its_own_words(browser):
    browser.open("/")

    named = {button["lang"]: button.text for button in browser.all("button[name=language]")}

    assert named == {
        "en": "English",
        "de": "Deutsch",
        "es": "Español",
        "fr": "Français",
        "ja": "日本語",
        "vi": "Tiếng Việt",
    }


def test_an_unknown_language_changes_nothing(browser):
    browser.open("/")
    token = browser.find(".language-switch input[name=csrf_token]")["value"]

    data = {"language": "xx", "return_to": "/", "csrf_token": token}
    response = browser.client.post("/preferences/language", data=data)

    assert response.status_code == 303
    assert "Set-Cookie" not in response.headers


def test_a_choice_that_did_not_come_from_our_page_is_refused(browser):
    response = browser.open("/").client.post("/preferences/language", data={"language": "de"})

    assert response.status_code == 403
    assert lang(browser.open("/")) == "en"


def test_a_page_that_only_answers_forms_is_no_place_to_return_to(browser):
    browser.open("/")
    token = browser.find(".language-switch input[name=csrf_token]")["value"]

    data = {"language": "de", "return_to": "/preferences/theme", "csrf_token": token}

    assert browser.client.post("/preferences/language", data=data).location == "/"


def test_the_app_may_wish_for_a_language(browser, a):
    rp = a.client()

    browser.open(rp.authorization_url(ui_locales="tlh ja-JP de"))

    assert (browser.page, lang(browser)) == ("sign-in", "ja")


def test_a_request_that_cannot_go_on_says_so_in_the_language_of_its_app(browser):
    browser.open("/authorize?client_id=nobody&ui_locales=fr-CA")

    assert (browser.page, lang(browser)) == ("protocol-error", "fr")
    assert browser.find("details dd")["lang"] == "en"


def test_an_app_may_wish_for_a_language_of_the_sign_out_page(browser):
    assert lang(browser.open("/logout?ui_locales=es")) == "es"


@pytest.mark.parametrize("wish", ["tlh", "%00", "de_DE fr", "x" * 300, "de\u0301"])
def test_no_wish_for_a_language_is_an_error(browser, a, wish):
    browser.open(a.client().authorization_url(ui_locales=wish))

    assert browser.page in {"sign-in", "error"} if wish == "%00" else browser.page == "sign-in"


def test_a_language_chosen_by_hand_counts_for_more_than_the_wish_of_the_app_in_hand(browser, a):
    rp = a.client()
    browser.open(rp.authorization_url(ui_locales="ja")).press("Español")

    assert (browser.page, lang(browser)) == ("sign-in", "es")
    assert lang(browser.open(rp.authorization_url(ui_locales="ja"))) == "ja"
    assert lang(browser.open("/")) == "es"


def test_the_accounts_language_counts_for_more_than_the_browsers(browser, a, app):
    user = a.user()
    with app.app_context():
        db.session.get(User, user.id).locale = "vi"
        db.session.commit()
    browser.open("/").press("Deutsch").open("/account/")
    assert lang(browser) == "de"

    browser.fill(username=EMAIL, password=PASSWORD).submit()

    assert (browser.page, lang(browser)) == ("account", "vi")


def test_the_switch_of_somebody_signed_in_changes_the_account(browser, a, app):
    user = a.user()
    browser.open("/account/").fill(username=EMAIL, password=PASSWORD).submit()

    browser.press("Deutsch")

    assert (browser.page, lang(browser)) == ("account", "de")
    with app.app_context():
        assert db.session.get(User, user.id).locale == "de"


def test_as_the_browser_asks_means_the_browser_and_not_what_it_was_told_once(browser, a):
    a.user()
    browser.open("/account/profile").submit(username=EMAIL, password=PASSWORD)
    browser.press("Deutsch")
    assert (browser.page, lang(browser)) == ("profile", "de")

    browser.submit(language="")

    assert (browser.page, lang(browser)) == ("profile", "en")


def test_discovery_names_the_languages(client):
    document = client.get("/.well-known/openid-configuration").json

    assert document["ui_locales_supported"] == ["en", "de", "es", "fr", "ja", "vi"]
