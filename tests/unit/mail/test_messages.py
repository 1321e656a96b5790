"""Every mail there is: it renders in both forms, shows no secret in the database, and goes with
its cause.
"""

import inspect
import json
import re
from datetime import timedelta
from html.parser import HTMLParser

import pytest
from bs4 import BeautifulSoup
from sqlalchemy import select

from idp import clock, origin
from idp.extensions import db, transaction
from idp.language import LANGUAGES
from idp.mail import messages
from idp.mail.name import Name
from idp.mail.wording import WORDINGS
from idp.models import OutboundMessage, User
from tests.support import marked_texts

FIREFOX = "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:142.0) Gecko/20100101 Firefox/142.0"
URL = "https://login.example.com/reset/aFyWv2Qx0m-s3cr3t-9Zk_1"
VALUES = {
    "address": "ann@example.com",
    "by": lambda: clock.now() + timedelta(days=7),
    "cancel_url": URL,
    "client_name": "Photos & <b>Friends</b>",
    "standing": "owner",
    "effective_at": lambda: clock.now() + timedelta(days=1),
    "invited_by": "Olga Owner",
    "left": 3,
    "lifetime": timedelta(hours=24),
    "name": "Ann's <i>phone</i>",
    "new": "new@example.com",
    "old": "ann@example.com",
    "url": URL,
}
DATA = re.compile(r"https?://\S+|idp\.example|\d+ \w+ \d{4}, [\d:]+ UTC")
"""Between the words: addresses, the name of the provider, the moment."""
EVERY = {name: getattr(messages, name) for name in messages.__all__}


@pytest.fixture
def ann(a):
    return a.user("ann@example.com")


def caused(name, user, **differing):
    """The mail, from a browser that is known by name."""
    origin.enter(origin.Origin(address="203.0.113.9", user_agent=FIREFOX))
    with transaction():
        EVERY[name](**given(EVERY[name], VALUES | {"user": user} | differing))


def given(function, values):
    """What a mail's function wants; what depends on the clock is asked for now."""
    return {
        parameter: value() if callable(value := values[parameter]) else value
        for parameter in inspect.signature(function).parameters
    }


def rows():
    return db.session.scalars(select(OutboundMessage)).all()


def test_there_is_a_function_and_a_wording_for_every_mail():
    assert {name.value for name in Name} == {*messages.__all__, "test"}
    assert set(WORDINGS) == set(Name)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_mail_says_the_same_in_text_and_html(ann, mailbox, language):
    ann.locale = language
    with transaction():
        db.session.merge(ann)
    for name in EVERY:
        caused(name, ann)

    letters = mailbox.letters()

    assert len(letters) == len(EVERY) + 1  # a change of address is told twice
    for letter in letters:
        page = BeautifulSoup(letter.html, "html.parser")
        assert page.html["lang"] in {language, "en"}
        assert page.h1.get_text() == page.title.get_text() == letter.subject != ""
        assert "%(" not in letter.text + letter.subject
        assert "None" not in letter.text
        flat = " ".join(letter.text.split())
        for spoken in page.select("main > p, th, td"):
            if spoken.a is None:
                assert " ".join(spoken.get_text().split()) in flat
        assert {link["href"] for link in page.select("a")} <= set(letter.urls)


def test_every_word_of_every_mail_can_be_translated(ann, mailbox, monkeypatch):
    monkeypatch.setattr("idp.language.texts", marked_texts.texts)
    for name in EVERY:
        caused(name, ann)

    for letter in mailbox.letters():
        left = marked_texts.unmarked(f"{letter.subject}\n{letter.text}")
        assert not re.search(r"[^\W\d_]", DATA.sub("", left)), left


def test_no_mail_loads_or_runs_anything(ann, mailbox):
    for name in EVERY:
        caused(name, ann)

    class Tags(HTMLParser):
        def handle_starttag(self, tag, attrs):
            seen.add(tag)
            assert not {"src", "srcset", "background", "ping", "style"} & {key for key, _ in attrs}

    seen = set()
    for letter in mailbox.letters():
        Tags().feed(letter.html)
        assert "url(" not in letter.html
        assert "@import" not in letter.html
    assert not seen & {"img", "script", "link", "iframe", "object", "form", "i", "b"}


def test_no_secret_stands_in_the_database_or_outlives_its_delivery(ann, mailbox):
    for name in EVERY:
        caused(name, ann)
    with_link = {
        name
        for name in EVERY
        if {"url", "cancel_url"} & set(inspect.signature(EVERY[name]).parameters)
    }

    for row in rows():
        assert "s3cr3t" not in json.dumps(row.payload) + row.recipient
        assert (row.secret_sealed is not None) == (row.payload["name"] in with_link)
        assert b"s3cr3t" not in (row.secret_sealed or b"")
    assert len([letter for letter in mailbox.letters() if URL in letter.text]) == len(with_link)
    db.session.expire_all()
    assert {row.secret_sealed for row in rows()} == {None}
    assert all(row.delivered_at for row in rows())


def test_a_mail_is_rolled_back_with_its_cause(ann, mailbox):
    def cause_all_and_fail():
        for function in EVERY.values():
            function(**given(function, VALUES | {"user": ann}))
        db.session.flush()
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError), transaction():
        cause_all_and_fail()

    assert mailbox.letters() == []


def test_a_mail_reports_the_moment_and_the_browser_of_its_cause_however_late_it_leaves(
    ann, mailbox, clock, settings
):
    caused("new_device", ann)
    happened = clock.now()
    clock.advance(hours=3)
    origin.enter(origin.Origin(actor="job:deliver_mail"))

    letter = mailbox.newest("ann@example.com")

    assert letter.subject == "New sign-in to idp.example: Firefox on Windows"
    assert f"{happened:%H:%M} UTC" in letter.text
    assert "203.0.113.9" in letter.text
    assert "Firefox on Windows" in letter.text


@pytest.mark.parametrize("name", ["factor_reset_cancelled", "totp_added_for", "account_disabled"])
def test_an_administrators_act_does_not_tell_where_the_administrator_sits(ann, mailbox, name):
    caused(name, ann)

    letter = mailbox.newest("ann@example.com")

    assert "203.0.113.9" not in letter.text + letter.html
    assert "Firefox" not in letter.text + letter.html
    assert "203.0.113.9" not in json.dumps(rows()[0].payload)


def test_a_surprise_leads_to_the_security_page_and_nowhere_else(ann, mailbox, settings):
    caused("totp_removed", ann)

    assert mailbox.newest("ann@example.com").urls == [
        f"{settings.issuer}/account/security",
        settings.issuer,
    ]
    assert "Change your password here, with “Sign out everywhere else” ticked:" in (
        mailbox.newest("ann@example.com").text
    )


def test_both_addresses_hear_of_a_change(ann, mailbox):
    caused("address_changed", ann)

    assert {letter.to for letter in mailbox.letters()} == {"ann@example.com", "new@example.com"}
    assert {letter.subject for letter in mailbox.letters()} == {"Your email address was changed"}


@pytest.mark.parametrize(
    ("left", "subject", "advice"),
    [
        (7, "A recovery code was used: 7 left", None),
        (3, "A recovery code was used: 3 left", "Only 3 codes are left."),
        (1, "A recovery code was used: 1 left", "Only 1 code is left."),
        (0, "A recovery code was used: 0 left", "That was the last one."),
    ],
)
def test_a_used_recovery_code_says_how_many_are_left(ann, mailbox, left, subject, advice):
    caused("recovery_code_used", ann, left=left)

    letter = mailbox.newest("ann@example.com")
    assert letter.subject == subject
    assert ("security page" in letter.text) == (advice is not None)
    assert (advice or "") in letter.text


def test_at_most_one_mail_an_hour_tells_of_wrong_codes(ann, mailbox, clock):
    for _ in range(5):
        caused("second_step_failed", ann)
        clock.advance(minutes=10)
    assert len(mailbox.letters("ann@example.com")) == 1
    clock.advance(minutes=10)
    for _ in range(2):
        caused("second_step_failed", ann)
    assert len(mailbox.letters("ann@example.com")) == 2


def test_somebody_without_an_address_gets_no_mail(app, mailbox):
    with transaction():
        db.session.add(nobody := User(name="Nobody"))
    caused("password_changed", nobody)

    assert rows() == []


def test_a_mail_says_how_long_its_link_works(ann, mailbox, clock):
    caused("registration", ann)
    caused("password_reset", ann)
    for letter in mailbox.letters():
        assert "The link works once, and for 30 minutes." in letter.text
    mailbox.clear()

    caused("invitation", ann)

    until = f"{clock.now() + timedelta(days=7):%-d %B %Y, %H:%M} UTC"
    assert f"The link works once, until {until}." in mailbox.newest("ann@example.com").text


def test_a_link_that_is_dead_is_not_sent_any_more(ann, mailbox, clock):
    caused("password_reset", ann)
    clock.advance(minutes=30)

    assert mailbox.letters() == []
    assert rows()[0].secret_sealed is None
