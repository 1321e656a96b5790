"""The straight line: an app sends a person here, both factors are proven, the app reads how."""

from __future__ import annotations

import json

import pytest

from tests.support.browser import Browser
from tests.support.factories import EMAIL, PASSWORD, Factory
from tests.support.relying_party import RelyingParty, answer, claims

LOA1, LOA2 = "urn:idp:loa:1fa", "urn:idp:loa:2fa"


@pytest.fixture
def rp(a: Factory) -> RelyingParty:
    return a.client()


def test_password_and_code_are_read_by_the_app_as_two_factors(
    a: Factory, browser: Browser, rp: RelyingParty
) -> None:
    phone = a.phone(a.user())

    browser.open(rp.authorization_url(scope="openid profile email"))
    assert browser.page == "sign-in"
    browser.submit(username=EMAIL, password=PASSWORD)
    assert browser.page == "second-factor"
    browser.submit(code=phone.code())
    assert browser.page == "consent"
    browser.press("Allow")

    response = answer(browser.left_for)
    tokens = rp.exchange(response["code"]).get_json()
    identity = claims(tokens["id_token"])
    assert response["iss"] == rp.issuer
    assert identity["acr"] == LOA2
    assert identity["amr"] == ["pwd", "otp", "mfa"]
    assert rp.userinfo(tokens["access_token"]).get_json()["email"] == EMAIL


def test_one_factor_is_called_one_factor(a: Factory, browser: Browser, rp: RelyingParty) -> None:
    a.user()

    browser.open(rp.authorization_url()).submit(username=EMAIL, password=PASSWORD).press("Allow")

    identity = claims(rp.exchange(answer(browser.left_for)["code"]).get_json()["id_token"])
    assert (identity["acr"], identity["amr"]) == (LOA1, ["pwd"])


def test_a_live_session_answers_in_the_same_request(
    a: Factory, browser: Browser, rp: RelyingParty
) -> None:
    a.user()
    browser.open(rp.authorization_url()).submit(username=EMAIL, password=PASSWORD).press("Allow")
    first = claims(rp.exchange(answer(browser.left_for)["code"]).get_json()["id_token"])

    response = browser.client.get(rp.authorization_url())

    assert response.status_code == 303
    again = claims(rp.exchange(answer(response.location)["code"]).get_json()["id_token"])
    assert again["auth_time"] == first["auth_time"]
    assert again["sid"] == first["sid"]


def test_step_up_asks_only_for_the_missing_factor(
    a: Factory, browser: Browser, rp: RelyingParty
) -> None:
    ann = a.user()
    browser.open(rp.authorization_url()).submit(username=EMAIL, password=PASSWORD).press("Allow")
    phone = a.phone(ann)

    browser.open(rp.authorization_url(acr_values=LOA2))

    assert browser.page == "second-factor"
    browser.submit(code=phone.code())
    identity = claims(rp.exchange(answer(browser.left_for)["code"]).get_json()["id_token"])
    assert (identity["acr"], identity["amr"]) == (LOA2, ["pwd", "otp", "mfa"])


def test_a_client_that_demands_two_factors_leads_through_enrolment(
    a: Factory, browser: Browser
) -> None:
    from tests.support.factories import Phone

    a.user()
    rp = a.client(min_acr=LOA2)

    browser.open(rp.authorization_url()).submit(username=EMAIL, password=PASSWORD)
    assert browser.page == "enrol-totp"
    secret = browser.find("[data-totp-secret]").get_text(strip=True)
    browser.submit(code=Phone(secret).code(), device_name="My phone")
    assert browser.page == "recovery-codes"
    codes = [code.get_text(strip=True) for code in browser.all("[data-recovery-code]")]
    assert len(set(codes)) == 10
    browser.fill(saved="yes").press("Continue")
    assert browser.page == "consent"
    browser.press("Allow")

    identity = claims(rp.exchange(answer(browser.left_for)["code"]).get_json()["id_token"])
    assert (identity["acr"], identity["amr"]) == (LOA2, ["pwd", "otp", "mfa"])


def test_setting_up_a_second_factor_on_top_of_a_session_shows_recovery_codes_too(
    a: Factory, browser: Browser, rp: RelyingParty
) -> None:
    from tests.support.factories import Phone

    a.user()
    browser.open(rp.authorization_url()).submit(username=EMAIL, password=PASSWORD).press("Allow")
    wish = json.dumps({"id_token": {"acr": {"essential": True, "values": [LOA2]}}})

    browser.open(rp.authorization_url(claims=wish))

    assert browser.page == "enrol-totp"
    secret = browser.find("[data-totp-secret]").get_text(strip=True)
    browser.submit(code=Phone(secret).code())
    assert browser.page == "recovery-codes"
    browser.fill(saved="yes").press("Continue")
    identity = claims(rp.exchange(answer(browser.left_for)["code"]).get_json()["id_token"])
    assert (identity["acr"], identity["amr"]) == (LOA2, ["pwd", "otp", "mfa"])


def test_recovery_codes_that_nobody_saved_come_back_at_the_next_sign_in(
    a: Factory, browser: Browser, clock
) -> None:
    """Whoever closes the page of codes has none, and would be locked out with the phone."""
    from tests.support.factories import Phone

    a.user()
    rp = a.client(min_acr=LOA2, trusted=True)
    browser.open(rp.authorization_url()).submit(username=EMAIL, password=PASSWORD)
    phone = Phone(browser.find("[data-totp-secret]").get_text(strip=True))
    browser.submit(code=phone.code())
    seen = {code.get_text() for code in browser.all("[data-recovery-code]")}
    assert "These are new." not in browser.text
    clock.advance(minutes=11)

    later = Browser(a.app.test_client(), rp.issuer).open(rp.authorization_url())
    later.submit(username=EMAIL, password=PASSWORD).submit(code=phone.code())

    assert later.page == "recovery-codes"
    shown = {code.get_text() for code in later.all("[data-recovery-code]")}
    assert len(shown) == 10
    assert not shown & seen
    assert "These are new. Codes that you were shown before don't work." in later.text
    later.fill(saved="yes").press("Continue")
    assert "code" in answer(later.left_for)
    again = Browser(a.app.test_client(), rp.issuer).open(rp.authorization_url())
    clock.advance(minutes=1)
    again.submit(username=EMAIL, password=PASSWORD).submit(code=phone.code())
    assert "code" in answer(again.left_for)


def test_a_recovery_code_counts_and_is_never_called_otp(a: Factory, browser: Browser) -> None:
    from tests.support.factories import Phone

    a.user()
    rp = a.client(min_acr=LOA2)
    browser.open(rp.authorization_url()).submit(username=EMAIL, password=PASSWORD)
    secret = browser.find("[data-totp-secret]").get_text(strip=True)
    browser.submit(code=Phone(secret).code())
    code = browser.find("[data-recovery-code]").get_text(strip=True)
    browser.fill(saved="yes").press("Continue").press("Allow")

    other = Browser(a.app.test_client(), rp.issuer)
    other.open(rp.authorization_url()).submit(username=EMAIL, password=PASSWORD)
    other.follow("Use a recovery code")
    assert other.page == "recovery-code"
    other.submit(code=code.lower().replace("-", " "))
    assert other.page == "enrol-totp"
    other.press("Continue without it")

    identity = claims(rp.exchange(answer(other.left_for)["code"]).get_json()["id_token"])
    assert (identity["acr"], identity["amr"]) == (LOA2, ["pwd", "recovery", "mfa"])


def test_cancel_tells_the_app(a: Factory, browser: Browser, rp: RelyingParty) -> None:
    a.user()

    browser.open(rp.authorization_url()).press("Cancel")

    response = answer(browser.left_for)
    assert response["error"] == "access_denied"
    assert response["iss"] == rp.issuer
    assert response["state"] == rp.parameters()["state"]


def test_declining_consent_tells_the_app(a: Factory, browser: Browser, rp: RelyingParty) -> None:
    a.user()

    browser.open(rp.authorization_url()).submit(username=EMAIL, password=PASSWORD).press("Cancel")

    assert answer(browser.left_for)["error"] == "access_denied"


def test_whoever_is_asked_to_allow_reads_where_to_take_it_back(
    a: Factory, browser: Browser, rp: RelyingParty
) -> None:
    a.user()

    browser.open(rp.authorization_url()).submit(username=EMAIL, password=PASSWORD)

    assert browser.page == "consent"
    assert "You can remove access any time under Connected apps." in browser.text


def test_remembered_consent_is_not_asked_again(
    a: Factory, browser: Browser, rp: RelyingParty
) -> None:
    a.user()
    browser.open(rp.authorization_url()).submit(username=EMAIL, password=PASSWORD).press("Allow")

    other = Browser(a.app.test_client(), rp.issuer)
    other.open(rp.authorization_url()).submit(username=EMAIL, password=PASSWORD)

    assert "code" in answer(other.left_for)


@pytest.mark.spec("OIDC Core", "3.1.2.1")
def test_prompt_login_asks_again_and_moves_auth_time(
    a: Factory, browser: Browser, rp: RelyingParty, clock
) -> None:
    a.user()
    browser.open(rp.authorization_url()).submit(username=EMAIL, password=PASSWORD).press("Allow")
    first = claims(rp.exchange(answer(browser.left_for)["code"]).get_json()["id_token"])
    clock.advance(minutes=1)

    browser.open(rp.authorization_url(prompt="login"))
    assert browser.page == "sign-in"
    browser.submit(password=PASSWORD)

    again = claims(rp.exchange(answer(browser.left_for)["code"]).get_json()["id_token"])
    assert again["auth_time"] == first["auth_time"] + 60
    assert again["sid"] == first["sid"]


@pytest.mark.spec("OIDC Core", "3.1.2.1")
def test_slow_consent_does_not_ask_to_sign_in_again(
    a: Factory, browser: Browser, rp: RelyingParty, clock
) -> None:
    a.user()
    browser.open(rp.authorization_url(max_age=60)).submit(username=EMAIL, password=PASSWORD)
    assert browser.page == "consent"
    clock.advance(minutes=5)

    browser.press("Allow")

    assert "code" in answer(browser.left_for)


@pytest.mark.spec("OIDC Core", "3.1.2.6")
@pytest.mark.parametrize("prompt", ["none"])
def test_prompt_none_never_shows_a_page(
    a: Factory, browser: Browser, rp: RelyingParty, prompt: str
) -> None:
    a.user()

    browser.open(rp.authorization_url(prompt=prompt))
    assert answer(browser.left_for)["error"] == "login_required"
    browser.open(rp.authorization_url()).submit(username=EMAIL, password=PASSWORD)
    assert browser.page == "consent"
    browser.open(rp.authorization_url(prompt=prompt))
    assert answer(browser.left_for)["error"] == "consent_required"
    browser.open(rp.authorization_url()).press("Allow")
    browser.open(rp.authorization_url(prompt=prompt))
    assert "code" in answer(browser.left_for)


def test_an_essential_level_nobody_supports_is_refused_without_a_page(
    browser: Browser, rp: RelyingParty
) -> None:
    wish = '{"id_token": {"acr": {"essential": true, "values": ["urn:example:other"]}}}'

    browser.open(rp.authorization_url(claims=wish))

    assert answer(browser.left_for)["error"] == "unmet_authentication_requirements"


@pytest.mark.parametrize(("signs_in_at", "page"), [(None, "sign-in"), ("/account/", "consent")])
def test_a_request_leads_straight_to_its_first_page(
    a: Factory, browser: Browser, rp: RelyingParty, signs_in_at: str | None, page: str
) -> None:
    a.user()
    if signs_in_at:
        browser.open(signs_in_at).submit(username=EMAIL, password=PASSWORD)

    asked = browser.client.get(rp.authorization_url(), base_url=rp.issuer)
    shown = browser.client.get(asked.location, base_url=rp.issuer)

    assert (asked.status_code, shown.status_code) == (303, 200)
    assert f'data-page="{page}"' in shown.text


def test_a_posted_request_without_cookies_finds_its_session(
    a: Factory, browser: Browser, rp: RelyingParty
) -> None:
    a.user()
    browser.open(rp.authorization_url()).submit(username=EMAIL, password=PASSWORD).press("Allow")

    # A cross-site form post: Lax cookies stay behind, and come along on the GET that follows.
    stored = a.app.test_client().post("/authorize", data=rp.parameters(), base_url=rp.issuer)
    assert stored.status_code == 303
    browser.open(stored.location)

    assert "code" in answer(browser.left_for)
