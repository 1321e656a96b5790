"""Another e-mail address: wanted with fresh proof, confirmed by its mailbox and by the account."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from idp.extensions import db, transaction
from idp.models import EmailAddress, MailedLink, User
from tests.support.browser import Browser
from tests.support.factories import EMAIL, PASSWORD, Factory
from tests.support.mailbox import Mailbox
from tests.support.time_travel import Clock

NEW = "ann.new@example.org"


@pytest.fixture
def signed_in(a: Factory, browser: Browser) -> Browser:
    a.user()
    return sign_in(browser)


@pytest.fixture
def other(a: Factory, browser: Browser) -> Browser:
    return Browser(a.app.test_client(), browser.issuer)


def sign_in(browser: Browser, email: str = EMAIL) -> Browser:
    browser.open("/account/").submit(username=email, password=PASSWORD)
    assert browser.page == "account"
    return browser


def ask(browser: Browser, email: str = NEW) -> Browser:
    return browser.open("/account/email").submit(email=email)


def addresses(a: Factory) -> list[str]:
    with a.app.app_context():
        rows = select(EmailAddress.address).order_by(EmailAddress.address)
        return list(db.session.scalars(rows))


def test_the_new_address_takes_the_place_of_the_old_and_both_are_told(
    a: Factory, signed_in: Browser, mailbox: Mailbox
) -> None:
    ask(signed_in)
    assert (signed_in.status, signed_in.page) == (200, "profile")
    assert NEW in signed_in.text
    assert addresses(a) == [EMAIL]
    assert mailbox.subjects(EMAIL) == ["Your account is to have another email address"]

    signed_in.open(mailbox.link(NEW))
    assert signed_in.page == "confirm-email"
    signed_in.press("Use the new address")

    assert (signed_in.page, addresses(a)) == ("profile", [NEW])
    assert mailbox.newest(EMAIL).subject == "Your email address was changed"
    assert mailbox.newest(NEW).subject == "Your email address was changed"
    signed_in.press("Sign out")
    assert sign_in(signed_in, NEW).page == "account"


def test_opening_the_link_changes_nothing(a: Factory, signed_in: Browser, mailbox: Mailbox) -> None:
    """R52, A46."""
    ask(signed_in)
    link = mailbox.link(NEW)

    for _scan in range(10):
        signed_in.open(link)

    assert addresses(a) == [EMAIL]
    assert signed_in.press("Use the new address").page == "profile"
    assert addresses(a) == [NEW]


def test_the_mailbox_alone_does_not_take_the_account(
    a: Factory, signed_in: Browser, other: Browser, mailbox: Mailbox
) -> None:
    """Somebody at a mistyped address opens the link: without the account it is worth nothing."""
    a.user("eve@example.com", name="Eve Stranger")
    ask(signed_in)
    link = mailbox.link(NEW)

    assert other.open(link).page == "sign-in"
    sign_in(other, "eve@example.com").open(link)

    assert (other.status, other.page) == (410, "link-invalid")
    assert sorted(addresses(a)) == [EMAIL, "eve@example.com"]


def test_signing_in_on_the_way_leads_back_to_the_confirmation(
    a: Factory, signed_in: Browser, other: Browser, mailbox: Mailbox
) -> None:
    ask(signed_in)

    other.open(mailbox.link(NEW)).submit(username=EMAIL, password=PASSWORD)

    assert other.page == "confirm-email"
    other.press("Use the new address")
    assert addresses(a) == [NEW]


def test_asking_wants_fresh_proof(signed_in: Browser, clock: Clock) -> None:
    """R44."""
    clock.advance(minutes=6)

    signed_in.open("/account/email")

    assert signed_in.page == "sign-in"
    assert "Before you change your email address" in signed_in.text
    assert signed_in.submit(password=PASSWORD).page == "change-email"


def test_an_address_of_somebody_else_gets_the_same_answer(
    a: Factory, signed_in: Browser, mailbox: Mailbox
) -> None:
    """R54: only the owner of that mailbox is told."""
    a.user("bob@example.com", name="Bob Example")

    taken = ask(signed_in, "bob@example.com").text
    free = ask(signed_in, "bop@example.com").text

    assert taken.replace("bob@", "bop@") == free
    assert "/change-email/" not in mailbox.newest("bob@example.com").text
    assert "/change-email/" in mailbox.newest("bop@example.com").text


def test_an_address_that_was_taken_in_the_meantime_is_refused_in_words(
    a: Factory, signed_in: Browser, mailbox: Mailbox
) -> None:
    ask(signed_in)
    signed_in.open(mailbox.link(NEW))
    a.user(NEW, name="Quick Person")

    signed_in.press("Use the new address")

    assert (signed_in.status, signed_in.page) == (409, "address-taken")
    assert sorted(addresses(a)) == sorted([EMAIL, NEW])


def test_a_newer_wish_a_cancelled_one_and_an_old_one_are_over(
    a: Factory, signed_in: Browser, mailbox: Mailbox, clock: Clock
) -> None:
    """R50."""
    ask(signed_in)
    first = mailbox.link(NEW)
    ask(signed_in, "third@example.org")
    second = mailbox.link("third@example.org")
    assert signed_in.open(first).status == 410

    signed_in.open("/account/profile").press("Keep the old address")
    assert "stays as it is" in signed_in.text
    assert signed_in.open(second).status == 410

    ask(signed_in)
    clock.advance(minutes=31)
    assert signed_in.open(mailbox.link(NEW)).status == 410
    assert addresses(a) == [EMAIL]


def test_a_used_link_is_over(a: Factory, signed_in: Browser, mailbox: Mailbox) -> None:
    """A17."""
    ask(signed_in)
    link = mailbox.link(NEW)
    tab = Browser(signed_in.client, signed_in.issuer).open(link)
    signed_in.open(link).press("Use the new address")

    tab.press("Use the new address")

    assert tab.status == 410
    assert signed_in.open(link).status == 410


def test_links_that_went_to_the_old_address_die(
    a: Factory, signed_in: Browser, other: Browser, mailbox: Mailbox
) -> None:
    """R50, A45."""
    other.open("/password-reset").submit(email=EMAIL)
    reset = mailbox.link(EMAIL)
    ask(signed_in)
    signed_in.open(mailbox.link(NEW)).press("Use the new address")

    assert other.open(reset).status == 410


def test_only_the_address_field_is_read(a: Factory, signed_in: Browser, mailbox: Mailbox) -> None:
    """A47."""
    signed_in.open("/account/email").submit(
        email=NEW, user_id="x", verified_at="2026-01-01", is_primary="1", role="owner"
    )
    signed_in.open(mailbox.link(NEW))
    signed_in.fill(email="evil@example.com", user_id="x", role="owner").press("Use the new address")

    assert addresses(a) == [NEW]
    with a.app.app_context():
        assert db.session.scalars(select(User.role)).one() is None


@pytest.mark.parametrize(
    "typed", ["", "ann", "ann@example.org\r\nBcc: x@example.com", "аnn@example.org", EMAIL]
)
def test_what_is_no_new_address_is_refused(
    signed_in: Browser, mailbox: Mailbox, typed: str
) -> None:
    """A42, A48."""
    ask(signed_in, typed)

    assert (signed_in.status, signed_in.page) == (422, "change-email")
    assert mailbox.letters() == []


def test_another_spelling_of_the_own_address_can_be_had(
    a: Factory, signed_in: Browser, mailbox: Mailbox
) -> None:
    ask(signed_in, "Ann@example.com")
    signed_in.open(mailbox.link("Ann@example.com")).press("Use the new address")

    assert addresses(a) == ["Ann@example.com"]


def test_five_mails_a_day(signed_in: Browser, clock: Clock) -> None:
    """R35."""
    for number in range(5):
        assert ask(signed_in, f"n{number}@example.org").page == "profile"

    ask(signed_in, "n5@example.org")

    assert (signed_in.status, signed_in.page) == (429, "change-email")
    assert int(signed_in.response.headers["Retry-After"]) > 3600


def unverify(a: Factory) -> None:
    with a.app.app_context(), transaction():
        db.session.scalars(select(EmailAddress)).one().verified_at = None


def test_an_address_is_confirmed_by_a_link_in_any_browser(
    a: Factory, signed_in: Browser, other: Browser, mailbox: Mailbox
) -> None:
    unverify(a)
    signed_in.open("/account/profile").press("Mail me a link to confirm it")
    link = mailbox.link(EMAIL)
    for _scan in range(10):
        other.open(link)
    assert "Not confirmed" in signed_in.open("/account/profile").text

    other.press("Confirm this address")

    assert (other.status, other.page) == (200, "address-confirmed")
    assert "Not confirmed" not in signed_in.open("/account/profile").text
    assert other.open(link).status == 410
    assert other.open("/account/").page == "sign-in"


def test_whoever_asks_for_too_many_confirmations_is_told_how_long_to_wait(
    a: Factory, signed_in: Browser
) -> None:
    """R35, R37."""
    unverify(a)
    for _mail in range(5):
        signed_in.open("/account/profile").press("Mail me a link to confirm it")
        assert signed_in.page == "profile"

    signed_in.open("/account/profile").press("Mail me a link to confirm it")

    assert (signed_in.status, signed_in.page) == (429, "error")
    assert signed_in.response.headers["Retry-After"] == str(24 * 3600)
    assert "Wait 24 hours, then try again." in signed_in.text


def test_a_confirmation_is_about_the_address_that_it_went_to(
    a: Factory, signed_in: Browser, mailbox: Mailbox
) -> None:
    unverify(a)
    signed_in.open("/account/profile").press("Mail me a link to confirm it")
    link = mailbox.link(EMAIL)
    signed_in.open(link)
    with a.app.app_context(), transaction():
        row = db.session.scalars(select(EmailAddress)).one()
        row.address = row.canonical = "moved@example.com"

    signed_in.press("Confirm this address")

    assert signed_in.status == 410
    with a.app.app_context():
        assert db.session.scalars(select(EmailAddress.verified_at)).one() is None
        assert db.session.scalars(select(MailedLink)).one()
