"""What happens to an account is told by mail to its owner (R97)."""

from __future__ import annotations

import pytest

from idp.authentication import recovery_code_format
from idp.models import User
from tests.support.browser import Browser
from tests.support.factories import EMAIL, PASSWORD, Factory, Phone
from tests.support.mailbox import Mailbox
from tests.support.relying_party import RelyingParty

FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:142.0) Gecko/20100101 Firefox/142.0"
ADDED = "An authenticator app was added to your account"
REMOVED = "An authenticator app was removed from your account"
RENEWED = "Your account has new recovery codes"
CONNECTED = "Photos can now use your account"
REUSED = "A code of your authenticator app came twice"


@pytest.fixture
def ann(a: Factory) -> User:
    return a.user()


@pytest.fixture
def rp(a: Factory) -> RelyingParty:
    return a.client()


@pytest.fixture
def signed_in(browser: Browser, ann: User, mailbox: Mailbox) -> Browser:
    browser.client.environ_base["HTTP_USER_AGENT"] = FIREFOX
    browser.open("/account/").submit(username=EMAIL, password=PASSWORD)
    assert browser.page == "account"
    mailbox.clear()
    return browser


@pytest.fixture
def somebody_knew(settings) -> str:
    return f"Someone knew your password for {settings.brand.name}"


def enrol(browser: Browser) -> Phone:
    browser.open("/account/totp")
    phone = Phone(browser.find("[data-totp-secret]").get_text(strip=True))
    browser.submit(code=phone.code(), device_name="Blue phone")
    browser.fill(saved="yes").press("Continue")
    return phone


def at_the_second_step(browser: Browser) -> Browser:
    browser.open("/account/").submit(username=EMAIL, password=PASSWORD)
    assert browser.page == "second-factor"
    return browser


def test_a_new_authenticator_and_its_end(signed_in: Browser, mailbox: Mailbox) -> None:
    enrol(signed_in)
    assert mailbox.subjects(EMAIL) == [ADDED]
    mail = mailbox.newest(EMAIL)
    assert "“Blue phone”" in mail.text
    assert "Firefox on Linux" in mail.text
    assert f"{signed_in.issuer}/account/security" in mail.urls

    signed_in.open("/account/security").follow("Remove").press("Remove")
    assert mailbox.subjects(EMAIL) == [ADDED, REMOVED]
    assert "“Blue phone”" in mailbox.newest(EMAIL).text


def test_the_first_recovery_codes_are_no_news_and_new_ones_are(
    signed_in: Browser, mailbox: Mailbox
) -> None:
    enrol(signed_in)
    mailbox.clear()

    signed_in.open("/account/security").follow("Make new recovery codes").press("Make new codes")
    assert mailbox.subjects(EMAIL) == []
    codes = [code.get_text(strip=True) for code in signed_in.all("[data-recovery-code]")]
    signed_in.fill(saved="yes").press("Continue")

    assert mailbox.subjects(EMAIL) == [RENEWED]
    assert not any(code in mailbox.newest(EMAIL).text for code in codes)


def test_a_used_recovery_code_is_told_with_the_number_left(
    a: Factory, ann: User, browser: Browser, mailbox: Mailbox
) -> None:
    a.phone(ann)
    code = a.recovery_codes(ann)[0]
    mailbox.clear()

    at_the_second_step(browser).follow("Use a recovery code").submit(code=code)

    assert "A recovery code was used: 9 left" in mailbox.subjects(EMAIL)
    assert code not in str(mailbox.letters(EMAIL))


def test_the_right_password_with_a_wrong_code_is_told_once_an_hour(
    a: Factory, ann: User, browser: Browser, mailbox: Mailbox, clock, somebody_knew: str
) -> None:
    phone = a.phone(ann)
    mailbox.clear()
    at_the_second_step(browser)
    wrong = str((int(phone.code()) + 500_000) % 1_000_000).zfill(6)

    for _ in range(3):
        browser.submit(code=wrong)
        assert browser.status == 422
    assert mailbox.subjects(EMAIL) == [somebody_knew]

    clock.advance(minutes=61)
    at_the_second_step(browser).submit(code=wrong)
    assert mailbox.subjects(EMAIL) == [somebody_knew] * 2


def test_a_wrong_recovery_code_is_a_failed_second_step_too(
    a: Factory, ann: User, browser: Browser, mailbox: Mailbox, somebody_knew: str
) -> None:
    a.phone(ann)
    a.recovery_codes(ann)
    mailbox.clear()

    at_the_second_step(browser).follow("Use a recovery code").submit(
        code=recovery_code_format.new()
    )

    assert browser.status == 422
    assert mailbox.subjects(EMAIL) == [somebody_knew]


def test_a_code_that_is_none_tells_nothing(
    a: Factory, ann: User, browser: Browser, mailbox: Mailbox
) -> None:
    a.phone(ann)
    mailbox.clear()

    at_the_second_step(browser).submit(code="12")

    assert browser.status == 422
    assert mailbox.subjects(EMAIL) == []


def test_a_code_that_came_before_is_told(
    a: Factory, ann: User, browser: Browser, mailbox: Mailbox, rp: RelyingParty
) -> None:
    phone = a.phone(ann)
    at_the_second_step(browser).submit(code=phone.code())
    mailbox.clear()
    other = Browser(a.app.test_client(), rp.issuer)

    at_the_second_step(other).submit(code=phone.code())

    assert other.status == 422
    assert mailbox.subjects(EMAIL) == [REUSED]
    assert phone.code() not in mailbox.newest(EMAIL).text


def test_an_app_is_told_of_once_until_it_is_removed(
    ann: User, browser: Browser, mailbox: Mailbox, rp: RelyingParty
) -> None:
    browser.open(rp.authorization_url()).submit(username=EMAIL, password=PASSWORD).press("Allow")
    assert mailbox.subjects(EMAIL).count(CONNECTED) == 1

    browser.open(rp.authorization_url(prompt="consent")).press("Allow")
    assert mailbox.subjects(EMAIL).count(CONNECTED) == 1


def test_an_app_that_was_refused_is_not_told_of(
    ann: User, browser: Browser, mailbox: Mailbox, rp: RelyingParty
) -> None:
    browser.open(rp.authorization_url()).submit(username=EMAIL, password=PASSWORD).press("Cancel")

    assert CONNECTED not in mailbox.subjects(EMAIL)
