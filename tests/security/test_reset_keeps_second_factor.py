"""A14, A7: a reset where there is a second factor; mail alone never replaces it (R55, R56)."""

from __future__ import annotations

from urllib.parse import parse_qs, urlsplit

import pytest

from idp.models import User
from tests.support.authenticator import Authenticator, show
from tests.support.browser import Browser
from tests.support.factories import EMAIL, PASSWORD, Factory, Phone
from tests.support.resets import NEW, Mail, ask


@pytest.fixture
def mail(app) -> Mail:
    return Mail(app)


@pytest.fixture
def ann(a: Factory) -> User:
    return a.user()


@pytest.fixture
def phone(a: Factory, ann: User) -> Phone:
    return a.phone(ann)


@pytest.fixture
def form(phone: Phone, browser: Browser, mail: Mail) -> Browser:
    """The browser before the form of the mailed link."""
    ask(browser)
    return browser.open(mail.links()[0])


def wants_code(a: Factory, browser: Browser, password: str) -> bool:
    fresh = Browser(a.app.test_client(), browser.issuer)
    return fresh.open("/account/").submit(username=EMAIL, password=password).page == "second-factor"


def test_a_code_is_wanted_before_the_password_changes(a: Factory, form: Browser) -> None:
    """A14."""
    form.submit(password=NEW, code="000000")

    assert (form.status, form.page) == (422, "reset")
    assert "That code didn't work" in form.text
    assert wants_code(a, form, PASSWORD)


def test_leaving_the_code_out_is_no_way_around_it(a: Factory, form: Browser) -> None:
    """A14."""
    fields = form.fields_of(form.find("main form"))
    del fields["code"]

    form.open(str(form.find("main form")["action"]), method="POST", data=fields | {"password": NEW})

    assert (form.status, form.page) == (422, "reset")
    assert wants_code(a, form, PASSWORD)


def test_the_authenticator_app_confirms_it_and_is_asked_again_at_sign_in(
    a: Factory, form: Browser, phone: Phone
) -> None:
    form.submit(password=NEW, code=phone.code())

    assert form.page == "password-set"
    assert wants_code(a, form, NEW)


def test_a_recovery_code_confirms_it_once(a: Factory, ann: User, form: Browser) -> None:
    codes = a.recovery_codes(ann)

    form.follow("Use a recovery code").submit(password=NEW, code=codes[0])

    assert form.page == "password-set"
    fresh = Browser(a.app.test_client(), form.issuer)
    fresh.open("/account/").submit(username=EMAIL, password=NEW).follow("Use a recovery code")
    assert fresh.submit(code=codes[0]).status == 422


def test_a_wrong_recovery_code_is_refused(a: Factory, ann: User, form: Browser) -> None:
    a.recovery_codes(ann)

    form.follow("Use a recovery code").submit(password=NEW, code="AAAA-AAAA-AAAA-AAAA")

    assert (form.status, form.page) == (422, "reset")
    assert form.find("#code-error")


def test_a_code_that_was_used_to_sign_in_does_not_reset(
    a: Factory, phone: Phone, browser: Browser, mail: Mail
) -> None:
    """A7, R17."""
    other = Browser(a.app.test_client(), browser.issuer)
    code = phone.code()
    other.open("/account/").submit(username=EMAIL, password=PASSWORD).submit(code=code)
    ask(browser)

    browser.open(mail.links()[0]).submit(password=NEW, code=code)

    assert (browser.status, browser.page) == (422, "reset")


def test_a_code_that_reset_the_password_does_not_sign_in(
    a: Factory, form: Browser, phone: Phone
) -> None:
    """A7, R17."""
    code = phone.code()
    form.submit(password=NEW, code=code)

    fresh = Browser(a.app.test_client(), form.issuer)
    fresh.open("/account/").submit(username=EMAIL, password=NEW).submit(code=code)

    assert (fresh.status, fresh.page) == (422, "second-factor")


def test_after_five_wrong_codes_the_link_is_dead(
    a: Factory, form: Browser, phone: Phone, clock
) -> None:
    """R33: as a sign-in would be over."""
    statuses = [form.submit(password=NEW, code=f"00000{guess}").status for guess in range(5)]

    assert statuses == [422, 422, 422, 422, 429]
    assert form.page == "link-invalid"
    assert form.response.headers["Retry-After"] == "300"
    assert "Wait 5 minutes, then try again." in form.text  # R37
    clock.advance(minutes=6)
    assert form.open("/reset").status == 410


def test_guesses_take_from_the_budget_of_sign_in(
    a: Factory, form: Browser, phone: Phone, clock
) -> None:
    """R33: a link is no second budget."""
    for guess in range(3):
        form.submit(password=NEW, code=f"00000{guess}")
    other = Browser(a.app.test_client(), form.issuer)
    other.open("/account/").submit(username=EMAIL, password=PASSWORD)
    for guess in range(2):
        other.submit(code=f"00000{guess}")

    other.submit(code=phone.code())

    assert other.status == 429
    assert form.submit(password=NEW, code=phone.code()).status == 429
    assert int(form.response.headers["Retry-After"]) > 0
    clock.advance(minutes=6)
    assert form.submit(password=NEW, code=phone.code()).page == "password-set"


def test_a_weak_password_costs_no_code(form: Browser, phone: Phone) -> None:
    code = phone.code()
    form.submit(password="short", code=code)
    assert (form.status, form.page) == (422, "reset")

    form.submit(password=NEW, code=code)

    assert form.page == "password-set"


# --- Passkeys ------------------------------------------------------------------------------------


@pytest.fixture
def device(a: Factory, ann: User) -> Authenticator:
    return a.passkey(ann)


@pytest.fixture
def passkey_form(device: Authenticator, browser: Browser, mail: Mail) -> Browser:
    """The form of an account whose second factor is a passkey."""
    ask(browser)
    return browser.open(mail.links()[0])


def test_without_the_passkey_no_password_is_taken(a: Factory, passkey_form: Browser) -> None:
    """A14: neither by the page nor past it."""
    assert not passkey_form.all("#password")
    fields = passkey_form.fields_of(passkey_form.find("form.passkey-form"))
    link = parse_qs(urlsplit(str(passkey_form.find("form.passkey-form")["action"])).query)["link"]
    assert set(fields) == {"csrf_token", "answer"}

    data = {"csrf_token": fields["csrf_token"], "link": link[0], "password": NEW, "code": "123456"}
    passkey_form.open("/reset", method="POST", data=data)

    assert passkey_form.status == 422
    assert passkey_form.page == "reset"


def test_a_passkey_confirms_it(a: Factory, passkey_form: Browser, device: Authenticator) -> None:
    show(device, passkey_form)

    assert passkey_form.page == "reset"
    assert "Confirmed with your passkey" in passkey_form.text
    assert passkey_form.submit(password=NEW).page == "password-set"
    assert wants_code(a, passkey_form, NEW)


def test_a_passkey_counts_for_its_link_in_its_browser_for_a_while(
    a: Factory, passkey_form: Browser, device: Authenticator, clock
) -> None:
    """Whoever else reads the mail has no part in it."""
    show(device, passkey_form)
    held = passkey_form.client.get_cookie("__Host-link-reset-password", "idp.example")
    assert held is not None
    other = Browser(a.app.test_client(), passkey_form.issuer).open(f"/reset/{held.value}")
    assert not other.all("#password")

    clock.advance(minutes=6)

    assert not passkey_form.open("/reset").all("#password")


def test_somebody_elses_passkey_confirms_nothing(a: Factory, passkey_form: Browser) -> None:
    """A3."""
    stranger = a.passkey(a.user("bob@example.com", name="Bob"))
    form = passkey_form.find("form[data-passkey]")
    fields = passkey_form.fields_of(form)
    asked = passkey_form.client.post(str(form["data-options"]), data=fields)
    signed = stranger.sign(asked.get_data(as_text=True), next(iter(stranger.keys)))

    passkey_form.open(str(form["action"]), method="POST", data=fields | {"answer": signed})

    assert (passkey_form.status, passkey_form.page) == (422, "reset-passkey-refused")
    assert not passkey_form.follow("Try again").all("#password")
