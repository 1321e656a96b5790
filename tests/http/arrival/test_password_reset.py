"""A forgotten password, from the sign-in page to the mail and back."""

from __future__ import annotations

import pytest

from idp.accounts import disable
from idp.extensions import db, transaction
from idp.models import OutboundMessage, User
from tests.support.browser import Browser
from tests.support.factories import EMAIL, PASSWORD, Factory
from tests.support.relying_party import RelyingParty, answer
from tests.support.resets import NEW, Mail, ask, signs_in

NEUTRAL = "If an account exists for that address, we've sent a link. It works for 30 minutes."


@pytest.fixture
def mail(app):
    return Mail(app)


@pytest.fixture
def ann(a: Factory) -> User:
    return a.user()


@pytest.fixture
def link(ann: User, browser: Browser, mail: Mail) -> str:
    ask(browser)
    return mail.links()[-1]


def test_the_sign_in_page_leads_to_the_reset_and_back(browser: Browser) -> None:
    browser.open("/account/")
    came_from = browser.url

    browser.follow("Forgot your password?")

    assert browser.page == "password-reset"
    assert browser.follow("Back to sign in").page == "sign-in"
    assert browser.url == came_from


def test_a_forgotten_password_is_replaced_by_mail(a, ann, browser: Browser, mail: Mail) -> None:
    ask(browser)
    assert NEUTRAL in browser.text
    (link,) = mail.links()
    assert mail.read[0][0] == EMAIL

    browser.open(link)
    assert browser.page == "reset"
    assert link.rpartition("/")[2] not in browser.url
    browser.submit(password=NEW)

    assert (browser.status, browser.page) == (200, "password-set")
    assert signs_in(a, browser, NEW)
    assert not signs_in(a, browser, PASSWORD)


def test_nobody_is_signed_in_by_a_reset(browser: Browser, link: str) -> None:
    """R55, A14."""
    browser.open(link).submit(password=NEW)

    assert browser.open("/account/").page == "sign-in"


def test_the_waiting_app_gets_its_answer_after_a_reset(a, ann, browser, mail) -> None:
    rp: RelyingParty = a.client(trusted=True)
    browser.open(rp.authorization_url()).follow("Forgot your password?").submit(email=EMAIL)
    (link,) = mail.links()

    browser.open(link).submit(password=NEW).follow("Sign in")
    browser.submit(username=EMAIL, password=NEW)

    assert "code" in answer(browser.left_for)


def test_in_another_browser_a_reset_leads_to_the_account(a, ann, browser, mail) -> None:
    rp: RelyingParty = a.client(trusted=True)
    browser.open(rp.authorization_url()).follow("Forgot your password?").submit(email=EMAIL)
    other = Browser(a.app.test_client(), browser.issuer)

    other.open(mail.links()[0]).submit(password=NEW).follow("Sign in")

    assert other.page == "sign-in"
    assert "Photos" not in other.text


def test_the_answer_is_the_same_for_everybody(a, ann, browser: Browser, mail: Mail) -> None:
    """R54, A31."""
    disabled = a.user("gone@example.com", name="Gone")
    with a.app.app_context(), transaction():
        disable.disable(db.session.get_one(User, disabled.id))

    answers = []
    for address in (EMAIL, "nobody@example.com", "gone@example.com"):
        browser.open("/password-reset").submit(email=address)
        answers.append((browser.status, browser.url, browser.text))

    assert len(set(answers)) == 1
    assert len(mail.links()) == 1


def test_the_same_is_written_whether_the_account_exists(a, ann, browser: Browser) -> None:
    """R54, A33: by construction, since nothing is looked up before the answer."""
    rows = []
    for address in (EMAIL, "nobody@example.com"):
        ask(browser, address)
        with a.app.app_context():
            newest = db.session.query(OutboundMessage).order_by(OutboundMessage.id.desc()).first()
            assert newest is not None
            rows.append(newest)

    assert rows[0].kind == rows[1].kind
    assert rows[0].payload.keys() == rows[1].payload.keys()
    assert all(EMAIL not in f"{row.recipient} {row.payload}" for row in rows)


@pytest.mark.parametrize("typed", ["", "not an address", "ann"])
def test_what_is_no_address_is_told_so(browser: Browser, typed: str) -> None:
    browser.open("/password-reset").submit(email=typed)

    assert (browser.status, browser.page) == (422, "password-reset")
    assert browser.find("#email")["value"] == typed


@pytest.mark.parametrize("typed", ["ANN@Example.COM", "  ann@example.com ", "ann@EXAMPLE.com"])
def test_mail_goes_to_the_stored_address_however_it_was_typed(a, ann, browser, mail, typed) -> None:
    """R53."""
    ask(browser, typed)

    assert len(mail.links()) == 1
    assert mail.read[0][0] == EMAIL


@pytest.mark.parametrize(
    "typed",
    [
        "m\u0131ke@example.com",
        "mike@example.com\u200b",
        "mike@ex\u0430mple.com",
        "mike@example.com,evil@example.org",
        "mike@example.com\r\nBcc: evil@example.org",
        "evil@example.org mike@example.com",
    ],
)
def test_a_look_alike_address_reaches_nobody_but_the_owner(a, browser, mail, typed) -> None:
    """A43."""
    a.user("mike@example.com", name="Mike")

    ask(browser, typed)

    mail.links()
    assert {recipient for recipient, _link in mail.read} <= {"mike@example.com"}


def test_links_are_few_per_address_and_the_wait_is_told(ann, browser: Browser) -> None:
    """R35: 3 an hour from one address, the same for unknown names (R37)."""
    for address in ("one@example.com", EMAIL, "two@example.com"):
        assert ask(browser, address).status == 200

    ask(browser)

    assert (browser.status, browser.page) == (429, "password-reset")
    assert int(browser.response.headers["Retry-After"]) > 3000
    assert browser.find("#email")["value"] == EMAIL


def test_a_mailbox_gets_five_links_a_day_however_the_address_is_written(a, ann, mail) -> None:
    """R35, A36."""
    spellings = [EMAIL, EMAIL.upper(), "Ann@example.com", "ann@EXAMPLE.com", " ann@example.com"]
    statuses = []
    for number, typed in enumerate([*spellings, EMAIL]):
        client = a.app.test_client()
        visitor = Browser(client, "https://idp.example")
        client.environ_base["REMOTE_ADDR"] = f"192.0.2.{number}"
        statuses.append(ask(visitor, typed).status)

    assert statuses == [200] * 5 + [429]
