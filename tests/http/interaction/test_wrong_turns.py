"""Tabs, back, reload, other browsers, foreign forms, time: each ends in the right place."""

from __future__ import annotations

import pytest

from idp.authentication.requirement import Requirement
from idp.extensions import transaction
from idp.interaction import lifecycle
from idp.interaction.lifecycle import Opening
from idp.models import Kind
from tests.support.browser import Browser
from tests.support.factories import EMAIL, PASSWORD, Factory, Phone
from tests.support.relying_party import RelyingParty, answer


@pytest.fixture
def rp(a: Factory) -> RelyingParty:
    return a.client(client_uri="https://app.example/")


@pytest.fixture
def stranger(a: Factory, rp: RelyingParty) -> Browser:
    return Browser(a.app.test_client(), rp.issuer)


def test_wrong_password_keeps_the_name_and_names_no_reason(
    a: Factory, browser: Browser, rp: RelyingParty
) -> None:
    a.user()

    browser.open(rp.authorization_url()).submit(username=EMAIL, password="not the password")

    assert (browser.status, browser.page) == (422, "sign-in")
    assert browser.find("input[name=username]")["value"] == EMAIL
    assert "That email or password isn't right." in browser.text


def test_an_unknown_name_reads_like_a_wrong_password(
    a: Factory, browser: Browser, stranger: Browser, rp: RelyingParty
) -> None:
    a.user()

    known = browser.open(rp.authorization_url()).submit(username=EMAIL, password="x" * 20)
    unknown = stranger.open(rp.authorization_url()).submit(
        username="nob@example.com", password="x" * 20
    )

    assert known.status == unknown.status
    assert known.text.replace(EMAIL, "") == unknown.text.replace("nob@example.com", "")


def test_two_tabs_each_return_to_their_own_app(
    a: Factory, browser: Browser, rp: RelyingParty
) -> None:
    a.user()
    albums = a.client(client_name="Albums", redirect_uris=["https://albums.example/cb"])
    first, second = rp.authorization_url(), albums.authorization_url()
    browser.open(first)
    first_tab = browser.url
    browser.open(second).submit(username=EMAIL, password=PASSWORD).press("Allow")
    assert (browser.left_for or "").startswith("https://albums.example/cb?")

    browser.open(first_tab)

    assert browser.page == "consent"
    browser.press("Allow")
    assert (browser.left_for or "").startswith(rp.redirect_uri + "?")


def test_a_form_left_open_in_another_tab_still_works_after_a_proof(
    a: Factory, browser: Browser, rp: RelyingParty
) -> None:
    a.user()
    browser.open(rp.authorization_url())
    form = browser.find("form[action$='/sign-in']")
    fields, action = browser.fields_of(form), str(form["action"])
    browser.open(a.client(client_name="Albums").authorization_url())
    browser.submit(username=EMAIL, password=PASSWORD)

    browser.open(action, method="POST", data=fields | {"username": EMAIL, "password": PASSWORD})

    assert browser.page == "consent"


def test_the_back_button_after_the_end_offers_the_way_to_the_app(
    a: Factory, browser: Browser, rp: RelyingParty
) -> None:
    a.user()
    browser.open(rp.authorization_url())
    sign_in_page = browser.url
    browser.submit(username=EMAIL, password=PASSWORD).press("Allow")

    browser.open(sign_in_page)

    assert (browser.status, browser.page) == (410, "expired")
    assert browser.find("main a")["href"] == "https://app.example/"


def test_a_sign_in_that_took_too_long_says_so(
    a: Factory, browser: Browser, rp: RelyingParty, clock
) -> None:
    browser.open(rp.authorization_url())
    clock.advance(minutes=31)

    browser.reload()

    assert (browser.status, browser.page) == (410, "expired")


def test_a_password_waits_five_minutes_for_its_second_factor(
    a: Factory, browser: Browser, rp: RelyingParty, clock
) -> None:
    phone = a.phone(a.user())
    browser.open(rp.authorization_url()).submit(username=EMAIL, password=PASSWORD)
    clock.advance(minutes=6)

    browser.submit(code=phone.code())

    assert browser.page == "sign-in"
    assert "The next step took too long" in browser.text
    assert browser.find("input[name=username]")["value"] == EMAIL
    browser.submit(password=PASSWORD).submit(code=phone.code())
    assert browser.page == "consent"  # of the request that waited


def test_nobody_is_called_slow_who_was_not(
    a: Factory, browser: Browser, rp: RelyingParty, clock
) -> None:
    a.phone(a.user())
    browser.open(rp.authorization_url()).submit(username=EMAIL, password=PASSWORD)
    clock.advance(minutes=6)
    browser.reload()

    browser.submit(password="not the password")

    assert "isn't right" in browser.text
    assert "took too long" not in browser.text
    assert "took too long" not in browser.open(rp.authorization_url()).text


def test_the_address_of_a_sign_in_is_useless_in_another_browser(
    a: Factory, browser: Browser, stranger: Browser, rp: RelyingParty
) -> None:
    """A6."""
    browser.open(rp.authorization_url())

    stranger.open(browser.url)

    assert (stranger.status, stranger.page) == (404, "expired")
    assert "Photos" not in stranger.text


def test_a_request_that_was_posted_here_belongs_to_the_first_browser_that_follows(
    a: Factory, browser: Browser, stranger: Browser, rp: RelyingParty
) -> None:
    """A6, R46: it came without cookies. It is followed to its beginning, and nowhere else."""
    posted = Browser(a.app.test_client(), rp.issuer).client.post(
        "/authorize",
        data=rp.parameters(),
        headers={"Origin": "https://app.example", "Sec-Fetch-Site": "cross-site"},
        base_url=rp.issuer,
    )
    begins_at = posted.headers["Location"]

    for page in ("/sign-in", "/second-factor", "/consent"):
        assert stranger.open(begins_at + page).status == 404
    assert browser.open(begins_at).page == "sign-in"
    assert stranger.open(begins_at).status == 404


def test_of_two_browsers_that_follow_at_once_one_gets_it(a: Factory, rp: RelyingParty) -> None:
    """R46: the second one has read that nobody has it yet."""
    with a.app.app_context(), transaction():
        opening = Opening(Kind.SIGN_IN, Requirement(), None)
        waiting = lifecycle.open_interaction(opening)

        assert lifecycle.claim(waiting, b"first")
        assert not lifecycle.claim(waiting, b"second")


@pytest.mark.parametrize("token", [None, "", "foreign", "ä"])
def test_a_form_without_our_token_is_refused_and_changes_nothing(
    a: Factory, browser: Browser, rp: RelyingParty, token: str | None
) -> None:
    """A61, A62."""
    a.user()
    browser.open(rp.authorization_url())
    page = browser.url
    data = {"username": EMAIL, "password": PASSWORD} | (
        {} if token is None else {"csrf_token": token}
    )

    browser.open(page, method="POST", data=data)

    assert (browser.status, browser.page) == (403, "error")
    assert browser.open(page).page == "sign-in"


def test_the_token_of_a_page_that_somebody_else_was_shown_is_none_of_ours(
    a: Factory, browser: Browser, stranger: Browser, rp: RelyingParty
) -> None:
    """A62: not that of the same page in another browser either, and not of another sign-in here."""
    a.user()
    sign_in = "form[action$='/sign-in']"
    theirs = stranger.open(rp.authorization_url())
    earlier = browser.open(rp.authorization_url()).fields_of(browser.find(sign_in))
    fields = browser.open(rp.authorization_url()).fields_of(browser.find(sign_in))
    page, known = browser.url, {"username": EMAIL, "password": PASSWORD}

    for foreign in (theirs.fields_of(theirs.find(sign_in)), earlier):
        told = fields | known | {"csrf_token": foreign["csrf_token"]}
        assert browser.open(page, method="POST", data=told).status == 403

    assert browser.open(page, method="POST", data=fields | known).page == "consent"


def test_a_form_posted_from_another_origin_is_refused(
    a: Factory, browser: Browser, rp: RelyingParty
) -> None:
    a.user()
    browser.open(rp.authorization_url())
    form = browser.find("form[action$='/sign-in']")
    fields = browser.fields_of(form) | {"username": EMAIL, "password": PASSWORD}

    response = browser.client.post(
        browser.url, data=fields, headers={"Origin": "https://evil.example"}, base_url=rp.issuer
    )

    assert response.status_code == 403


def test_steps_cannot_be_posted_out_of_order(
    a: Factory, browser: Browser, rp: RelyingParty
) -> None:
    """A1, A2: consent and codes before the password lead back to the password."""
    a.phone(a.user())
    browser.open(rp.authorization_url())
    fields = browser.fields_of(browser.find("form[action$='/sign-in']"))
    base = browser.url.removesuffix("/sign-in")

    for step, values in [
        ("consent", {"decision": "allow"}),
        ("second-factor", {"code": "123456"}),
        ("recovery-code", {"code": "0000-0000-0000-0000"}),
        ("enrol-totp", {"code": "123456"}),
        ("recovery-codes", {"saved": "yes"}),
    ]:
        browser.open(f"{base}/{step}", method="POST", data=fields | values)
        assert browser.page == "sign-in", step


def test_a_password_alone_opens_no_page_of_the_account(
    a: Factory, browser: Browser, rp: RelyingParty
) -> None:
    """A1."""
    a.phone(a.user())
    browser.open(rp.authorization_url()).submit(username=EMAIL, password=PASSWORD)
    assert browser.page == "second-factor"

    browser.open("/account/")

    assert browser.page == "sign-in"


def test_another_name_drops_what_the_first_one_proved(
    a: Factory, browser: Browser, rp: RelyingParty
) -> None:
    """A3."""
    a.phone(a.user("mallory@example.com", name="Mallory"))
    phone = a.phone(a.user())
    browser.open(rp.authorization_url()).submit(username="mallory@example.com", password=PASSWORD)

    browser.press("Not you?")
    assert browser.page == "sign-in"
    browser.submit(username=EMAIL, password="not the password")
    assert browser.page == "sign-in"
    browser.submit(username=EMAIL, password=PASSWORD)

    assert EMAIL in browser.text
    browser.submit(code=phone.code())
    assert browser.page == "consent"


def test_the_browsers_value_changes_after_every_proof(
    a: Factory, browser: Browser, rp: RelyingParty
) -> None:
    """A5."""
    phone = a.phone(a.user())
    browser.open(rp.authorization_url())
    values = [browser.client.get_cookie("__Host-browser", "idp.example")]
    browser.submit(username=EMAIL, password=PASSWORD)
    values.append(browser.client.get_cookie("__Host-browser", "idp.example"))
    assert browser.client.get_cookie("__Host-session", "idp.example") is None
    browser.submit(code=phone.code())
    values.append(browser.client.get_cookie("__Host-browser", "idp.example"))

    assert len({value.value for value in values if value}) == 3
    assert browser.client.get_cookie("__Host-session", "idp.example") is not None


@pytest.mark.parametrize(
    "code", ["", "12345", "1234567", "abcdef", "１２３４５６", "+12345", "1" * 5000, "\x00"]
)
def test_a_malformed_code_is_refused_and_the_page_stays(
    a: Factory, browser: Browser, rp: RelyingParty, code: str
) -> None:
    """A26."""
    a.phone(a.user())
    browser.open(rp.authorization_url()).submit(username=EMAIL, password=PASSWORD)

    browser.submit(code=code)

    assert browser.status in {400, 422}


def test_a_disabled_client_cannot_be_answered(
    a: Factory, browser: Browser, rp: RelyingParty
) -> None:
    from idp.clients import register
    from idp.extensions import transaction

    a.user()
    browser.open(rp.authorization_url()).submit(username=EMAIL, password=PASSWORD)
    with a.app.app_context(), transaction():
        register.disable(rp.client_id)

    browser.press("Allow")

    assert (browser.status, browser.page) == (400, "protocol-error")
    assert "The link from Photos isn't set up correctly." in browser.text


def test_select_account_names_who_is_signed_in(
    a: Factory, browser: Browser, rp: RelyingParty
) -> None:
    a.user()
    a.user("bob@example.com", name="Bob")
    browser.open(rp.authorization_url()).submit(username=EMAIL, password=PASSWORD).press("Allow")

    browser.open(rp.authorization_url(prompt="select_account"))
    assert browser.page == "select-account"
    assert EMAIL in browser.text
    browser.press("Use another account")
    assert browser.page == "sign-in"
    browser.submit(username="bob@example.com", password=PASSWORD).press("Allow")

    tokens = rp.exchange(answer(browser.left_for)["code"]).get_json()
    assert rp.userinfo(tokens["access_token"]).status_code == 200


def test_a_password_typed_slowly_beside_a_live_session_is_taken(
    a: Factory, browser: Browser, rp: RelyingParty, clock
) -> None:
    a.user()
    browser.open(rp.authorization_url()).submit(username=EMAIL, password=PASSWORD).press("Allow")
    clock.advance(seconds=1)
    browser.open(rp.authorization_url(prompt="login"))
    assert browser.page == "sign-in"
    clock.advance(minutes=3)

    browser.submit(password=PASSWORD)

    assert "code" in answer(browser.left_for)


def test_a_code_typed_slowly_on_the_account_page_is_taken(
    a: Factory, browser: Browser, clock
) -> None:
    a.user()
    browser.open("/account/").submit(username=EMAIL, password=PASSWORD).open("/account/totp")
    secret = browser.find("[data-totp-secret]").get_text(strip=True)
    clock.advance(minutes=3)

    browser.submit(code=Phone(secret).code())

    assert browser.page == "recovery-codes"
