"""Making an account oneself: the same answer for everybody, and a mail that proves the address."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import func, select

from config import AccountSettings, Registration
from idp import opaque
from idp.extensions import db
from idp.models import EmailAddress, MailedLink, OutboundMessage, User
from tests.support.browser import Browser
from tests.support.factories import EMAIL, PASSWORD, Factory
from tests.support.mailbox import Mailbox
from tests.support.relying_party import answer
from tests.support.statements import recorded
from tests.support.time_travel import Clock

NEW = "new@example.com"
CHOSEN = "seven quiet words in a row"


@pytest.fixture
def overrides() -> dict[str, Any]:
    return {"accounts": AccountSettings(registration=Registration.OPEN)}


@pytest.fixture
def stranger(a: Factory, browser: Browser) -> Browser:
    return Browser(a.app.test_client(), browser.issuer)


def ask(browser: Browser, email: str = NEW) -> Browser:
    return browser.open("/create-account").submit(email=email)


def people(a: Factory) -> int:
    with a.app.app_context():
        return int(db.session.scalar(select(func.count()).select_from(User)) or 0)


def address(a: Factory, canonical: str = NEW) -> EmailAddress | None:
    with a.app.app_context():
        return db.session.scalar(select(EmailAddress).where(EmailAddress.canonical == canonical))


def test_a_person_makes_an_account_and_signs_in_with_it(
    a: Factory, browser: Browser, mailbox: Mailbox
) -> None:
    ask(browser)
    assert (browser.status, browser.page) == (200, "create-account-sent")
    assert "30 minutes" in browser.text

    browser.open(mailbox.link(NEW))
    assert browser.page == "finish-account"
    browser.submit(name="  New   Person ", password=CHOSEN)
    assert (browser.status, browser.page) == (200, "account-ready")

    browser.follow("Sign in")
    assert browser.page == "sign-in"
    assert "New Person" in browser.text
    browser.submit(password=CHOSEN)
    assert browser.page == "account"
    found = address(a)
    assert found is not None
    assert found.verified_at is not None


def test_the_account_is_made_by_the_form_and_not_by_the_link(
    a: Factory, browser: Browser, mailbox: Mailbox
) -> None:
    """R52, A46: a mail scanner opens the link ten times."""
    ask(browser)
    link = mailbox.link(NEW)

    for _scan in range(10):
        Browser(a.app.test_client(), browser.issuer).open(link)

    assert people(a) == 0
    browser.open(link).submit(name="New Person", password=CHOSEN)
    assert (browser.page, people(a)) == ("account-ready", 1)


def test_the_token_leaves_the_address_without_a_referrer(
    browser: Browser, mailbox: Mailbox
) -> None:
    """R52."""
    link = mailbox.link(NEW) if ask(browser) else ""

    response = browser.client.get(link)

    assert response.status_code == 303
    assert response.headers["Referrer-Policy"] == "no-referrer"
    assert link.rsplit("/", 1)[1] not in response.headers["Location"]
    assert browser.open(link).url.endswith("/create-account/finish")


def test_an_address_with_an_account_gets_the_same_answer_and_another_mail(
    a: Factory, browser: Browser, stranger: Browser, mailbox: Mailbox
) -> None:
    """R54, A31: only the owner of the mailbox learns of the account."""
    a.user()

    known, unknown = ask(browser, EMAIL), ask(stranger, NEW)

    assert (known.status, known.url) == (unknown.status, unknown.url)
    assert known.text == unknown.text
    assert mailbox.newest(NEW).link
    assert "/create-account/link/" not in mailbox.newest(EMAIL).text
    assert people(a) == 1


def test_whose_address_it_is_costs_the_same_writes(
    a: Factory, browser: Browser, stranger: Browser
) -> None:
    """R54: the same statements, so that the time tells nothing either; a job looks it up."""
    a.user()
    with a.app.app_context():
        engine = db.engine

    def rows() -> tuple[int, int]:
        with a.app.app_context():
            links = db.session.scalar(select(func.count()).select_from(MailedLink))
            mails = db.session.scalar(select(func.count()).select_from(OutboundMessage))
            return int(links or 0), int(mails or 0)

    with recorded(engine) as known:
        ask(browser, EMAIL)
    after_known = rows()
    with recorded(engine) as unknown:
        ask(stranger, NEW)

    assert after_known == (0, 1)
    assert rows() == (0, 2)
    of_caches = "FROM cache_versions"
    assert [one for one in known.statements if of_caches not in one] == [
        one for one in unknown.statements if of_caches not in one
    ]


def test_signing_in_goes_on_to_the_app_that_waits_in_this_browser(
    a: Factory, browser: Browser, mailbox: Mailbox
) -> None:
    rp = a.client(client_name="Photos")
    browser.open(rp.authorization_url(state="the-state")).follow("Create an account")
    browser.submit(email=NEW)
    browser.open(mailbox.link(NEW)).submit(name="New Person", password=CHOSEN)
    assert "Photos" in browser.text

    browser.follow("Sign in").submit(password=CHOSEN).press("Allow")

    assert answer(browser.left_for)["state"] == "the-state"


def test_a_link_opened_in_another_browser_leads_to_a_sign_in_of_its_own(
    a: Factory, browser: Browser, stranger: Browser, mailbox: Mailbox
) -> None:
    rp = a.client(client_name="Photos")
    browser.open(rp.authorization_url()).follow("Create an account").submit(email=NEW)

    stranger.open(mailbox.link(NEW)).submit(name="New Person", password=CHOSEN)

    assert "Photos" not in stranger.text
    assert stranger.follow("Sign in").submit(password=CHOSEN).page == "account"


def test_somebody_elses_session_is_not_used_for_the_new_account(
    a: Factory, browser: Browser, mailbox: Mailbox
) -> None:
    a.user()
    rp = a.client()
    browser.open("/account/").submit(username=EMAIL, password=PASSWORD)
    ask(browser)
    browser.open(mailbox.link(NEW)).submit(name="New Person", password=CHOSEN)

    browser.follow("Sign in")

    assert browser.page == "sign-in"
    assert NEW in browser.text
    assert rp.client_id


def test_a_used_link_makes_no_second_account_and_says_so(
    a: Factory, browser: Browser, stranger: Browser, mailbox: Mailbox
) -> None:
    """A17, A45."""
    ask(browser)
    link = mailbox.link(NEW)
    stranger.open(link)
    browser.open(link).submit(name="New Person", password=CHOSEN)

    stranger.submit(name="Second Person", password=CHOSEN)

    assert (stranger.status, stranger.page) == (410, "link-invalid")
    assert browser.open(link).status == 410
    assert people(a) == 1


def test_a_newer_link_ends_the_older_one(browser: Browser, mailbox: Mailbox) -> None:
    """R50."""
    ask(browser)
    older = mailbox.link(NEW)
    ask(browser)
    newer = mailbox.link(NEW)

    assert browser.open(older).status == 410
    assert browser.open(newer).page == "finish-account"


def test_a_link_is_good_for_half_an_hour(browser: Browser, mailbox: Mailbox, clock: Clock) -> None:
    """R50."""
    ask(browser)
    link = mailbox.link(NEW)
    clock.advance(minutes=29)
    assert browser.open(link).page == "finish-account"

    clock.advance(minutes=2)

    assert browser.submit(name="New Person", password=CHOSEN).status == 410
    assert browser.open(link).status == 410


def test_the_form_without_its_link_makes_nothing(
    a: Factory, browser: Browser, stranger: Browser, mailbox: Mailbox
) -> None:
    """A15: another browser, another path, another purpose's link."""
    ask(browser)
    link = mailbox.link(NEW)
    token = link.rsplit("/", 1)[1]

    assert stranger.open("/create-account/finish").status == 410
    assert stranger.open(f"/invitation/{token}").status == 410
    assert stranger.open(f"/set-password/{token}").status == 410
    browser.open(link)
    browser.client.delete_cookie("__Host-link-registration", domain="idp.example")
    assert browser.submit(name="New Person", password=CHOSEN).status == 410
    assert people(a) == 0


def test_who_the_account_is_for_is_the_links_affair(
    a: Factory, browser: Browser, mailbox: Mailbox
) -> None:
    """A16, A47: fields that the form does not have change nothing."""
    ask(browser)
    browser.open(mailbox.link(NEW)).submit(
        name="New Person",
        password=CHOSEN,
        email="victim@example.com",
        user_id="01HZZZZZZZZZZZZZZZZZZZZZZZ",
        sub="chosen",
        role="owner",
        is_admin="true",
        email_verified="true",
        second_factor_required="false",
        **{"claims[phone_number]": "+1", "claims": '{"role": "owner"}'},
    )

    with a.app.app_context():
        made = db.session.scalars(select(User)).one()
        assert made.email is not None
        assert (made.email.address, made.role, made.claims) == (NEW, None, {})
        assert made.sub != "chosen"


def test_a_form_shown_for_one_link_does_not_spend_another(
    a: Factory, browser: Browser, mailbox: Mailbox
) -> None:
    """A16: two links in two tabs of one browser."""
    ask(browser, "first@example.com")
    ask(browser, "second@example.com")
    browser.open(mailbox.link("first@example.com"))
    other_tab = Browser(browser.client, browser.issuer).open(mailbox.link("second@example.com"))

    browser.submit(name="First Person", password=CHOSEN)

    assert browser.status == 410
    other_tab.submit(name="Second Person", password=CHOSEN)
    assert address(a, "second@example.com") is not None
    assert address(a, "first@example.com") is None


def test_an_address_taken_in_the_meantime_is_told_to_its_owner(
    a: Factory, browser: Browser, mailbox: Mailbox
) -> None:
    ask(browser)
    browser.open(mailbox.link(NEW))
    a.user(NEW)

    browser.submit(name="New Person", password=CHOSEN)

    assert (browser.status, browser.page) == (409, "address-taken")
    assert people(a) == 1


@pytest.mark.parametrize(
    ("fields", "problem"),
    [
        ({"name": "", "password": CHOSEN}, "1 to 200 characters"),
        ({"name": "x" * 201, "password": CHOSEN}, "1 to 200 characters"),
        ({"name": "New\u202ePerson", "password": CHOSEN}, "control characters"),
        ({"name": "New Person", "password": "short"}, "at least 15 characters"),
        ({"name": "Seven Quiet Words", "password": "seven quiet words"}, "name that others know"),
    ],
)
def test_a_refused_form_says_why_keeps_the_name_and_spends_nothing(
    a: Factory, browser: Browser, mailbox: Mailbox, fields: dict[str, str], problem: str
) -> None:
    ask(browser)
    browser.open(mailbox.link(NEW))

    browser.submit(**fields)

    assert (browser.status, browser.page) == (422, "finish-account")
    assert problem in browser.text
    assert browser.find("input[name=name]")["value"] == fields["name"]
    assert not browser.find("input[name=password]").get("value")
    assert browser.submit(name="New Person", password=CHOSEN).page == "account-ready"


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "new",
        "new@",
        "new@example.com\r\nBcc: victim@example.com",
        '"new"@example.com',
        "new@example.com,victim@example.com",
        "ｎｅｗ@example.com",
        "nеw@example.com",
        "асе@example.com",
        "mıke@example.com",
        "new@аррӏе.com",
        "new@xn--80ak6aa92e.com",
    ],
)
def test_addresses_that_are_none_or_look_like_others_get_no_mail(
    browser: Browser, mailbox: Mailbox, typed: str
) -> None:
    """A42, A48."""
    ask(browser, typed)

    assert (browser.status, browser.page) == (422, "create-account")
    assert mailbox.letters() == []


@pytest.mark.parametrize("typed", ["NEW@Example.com", " new@example.com ", "new@EXAMPLE.COM"])
def test_all_spellings_of_an_address_are_one_account(
    a: Factory, browser: Browser, mailbox: Mailbox, typed: str
) -> None:
    """A42."""
    a.user(NEW)

    ask(browser, typed)

    assert people(a) == 1
    assert "/create-account/link/" not in mailbox.newest(NEW).text


def test_two_registrations_a_day_from_one_network(
    browser: Browser, mailbox: Mailbox, clock: Clock
) -> None:
    """R35."""
    ask(browser, "one@example.com")
    ask(browser, "two@example.com")

    ask(browser, "three@example.com")

    assert (browser.status, browser.page) == (429, "create-account")
    assert int(browser.response.headers["Retry-After"]) > 3600
    assert browser.find("input[name=email]")["value"] == "three@example.com"
    assert mailbox.letters("three@example.com") == []
    clock.advance(days=1, minutes=1)
    assert ask(browser, "three@example.com").status == 200


def test_links_are_built_from_the_issuer_alone(
    a: Factory, browser: Browser, mailbox: Mailbox
) -> None:
    """R51, A44."""
    browser.open("/create-account")
    poison = {"X-Forwarded-Host": "evil.example", "Forwarded": "host=evil.example"}
    fields = browser.fields_of(browser.find("main form")) | {"email": NEW}
    issuer = browser.issuer

    assert (
        browser.client.post(
            "/create-account",
            data=fields,
            headers={"Origin": issuer},
            base_url="https://evil.example",
        ).status_code
        == 400
    )
    assert mailbox.letters() == []
    browser.client.post("/create-account", data=fields, headers={"Origin": issuer, **poison})

    assert mailbox.link(NEW).startswith(f"{issuer}/create-account/link/")
    assert "evil.example" not in mailbox.newest(NEW).source.decode()


def test_nobody_posts_the_form_from_elsewhere(browser: Browser, mailbox: Mailbox) -> None:
    browser.open("/create-account")
    fields = browser.fields_of(browser.find("main form")) | {"email": NEW}

    foreign = browser.client.post(
        "/create-account", data=fields, headers={"Origin": "https://evil.example"}
    )

    assert foreign.status_code == 403
    assert mailbox.letters() == []


def test_a_link_gives_an_unguessable_token_and_only_its_digest_is_kept(
    a: Factory, browser: Browser, mailbox: Mailbox
) -> None:
    ask(browser)
    token = mailbox.link(NEW).rsplit("/", 1)[1]

    assert len(token) == 43
    with a.app.app_context():
        row = db.session.scalars(select(MailedLink)).one()
        assert row.digest == opaque.digest(token)
        assert token not in str(row.details)
