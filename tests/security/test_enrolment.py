"""Getting at an authenticator app without the right to: before signing in, with a session of one
factor, or by reading where its secret was.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import select

from idp.extensions import db
from idp.models import AuditEvent, TotpCredential, User
from tests.support.browser import Browser
from tests.support.factories import EMAIL, PASSWORD, Factory, Phone
from tests.support.mailbox import Mailbox
from tests.support.time_travel import Clock

if TYPE_CHECKING:
    from flask.testing import FlaskClient

HOST = "idp.example"
WAYS = ["", "/{id}/rename", "/{id}/replace", "/{id}/remove"]
VERBS = ["GET", "POST", "HEAD", "PUT", "PATCH", "DELETE"]

Rows = Callable[[], list[tuple[Any, ...]]]


@pytest.fixture
def user(a: Factory) -> User:
    return a.user()


@pytest.fixture
def phone(a: Factory, user: User) -> Phone:
    return a.phone(user)


@pytest.fixture
def rows(a: Factory, phone: Phone) -> Rows:
    """Everything that is stored of authenticator apps."""

    def read() -> list[tuple[Any, ...]]:
        columns = TotpCredential.__table__.columns
        with a.app.app_context():
            return [tuple(row) for row in db.session.execute(select(*columns))]

    return read


def at(way: str, rows: Rows) -> str:
    return f"/account/totp{way}".format(id=rows()[0][0])


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("verb", VERBS)
def test_a_stranger_gets_to_no_enrolment(
    client: FlaskClient, rows: Rows, way: str, verb: str
) -> None:
    """A12: the address alone, with every verb."""
    before = rows()

    response = client.open(
        at(way, rows), method=verb, base_url=f"https://{HOST}", data={"code": "000000"}
    )

    if verb in {"GET", "HEAD"}:
        assert response.status_code == 303
        assert "/interaction/" in response.location
    else:
        assert response.status_code in {303, 403, 405}
    assert b"data-totp-secret" not in response.data
    assert rows() == before


@pytest.mark.parametrize("step", ["enrol-totp", "recovery-codes"])
def test_nobody_jumps_to_the_enrolment_of_a_sign_in(
    browser: Browser, rows: Rows, step: str
) -> None:
    """A12: before the password, and after it where a factor is enrolled, is where one really is."""
    before = rows()
    browser.open("/account/")
    base = browser.url.rsplit("/", 1)[0]
    assert browser.open(f"{base}/{step}").page == "sign-in"

    browser.open(f"{base}/sign-in").submit(username=EMAIL, password=PASSWORD)
    assert browser.open(f"{base}/{step}").page == "second-factor"
    token = str(browser.find("[name=csrf_token]")["value"])
    browser.open(f"{base}/{step}", method="POST", data={"csrf_token": token, "code": "000000"})

    assert browser.page == "second-factor"
    assert rows() == before


@pytest.mark.parametrize("way", WAYS[0:1] + WAYS[2:])
@pytest.mark.parametrize("verb", ["GET", "POST"])
def test_a_session_of_one_factor_changes_none(
    a: Factory, browser: Browser, user: User, clock: Clock, way: str, verb: str
) -> None:
    """A13: a session from before the factor was set up is asked for it first (R44)."""
    browser.open("/account/").submit(username=EMAIL, password=PASSWORD)
    phone = a.phone(user)
    token = str(browser.find("[name=csrf_token]")["value"])
    with a.app.app_context():
        before = db.session.execute(select(*TotpCredential.__table__.columns)).all()
    path = f"/account/totp{way}".format(id=before[0].id)
    data = {"csrf_token": token, "code": phone.code(), "device_name": "Mine"}

    browser.open(path, method=verb, data=data if verb == "POST" else None)

    assert browser.page == "second-factor"
    assert "Before you" in browser.text
    with a.app.app_context():
        assert db.session.execute(select(*TotpCredential.__table__.columns)).all() == before


def test_proofs_that_are_too_old_change_no_factor(
    browser: Browser, rows: Rows, phone: Phone, clock: Clock
) -> None:
    """A13, R44: both factors, but six minutes ago."""
    browser.open("/account/security").submit(username=EMAIL, password=PASSWORD)
    browser.submit(code=phone.code())
    before = rows()
    clock.advance(minutes=6)

    browser.open(at("/{id}/replace", rows))

    assert browser.page == "sign-in"
    assert "Before you replace an authenticator app" in browser.text
    assert rows() == before


def test_the_secret_is_shown_once_and_kept_nowhere(
    a: Factory,
    browser: Browser,
    user: User,
    mailbox: Mailbox,
    caplog: pytest.LogCaptureFixture,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """A28, R21: not in a cache, a second page, an address, a cookie, a log, the audit or a mail."""
    caplog.set_level(logging.DEBUG)
    browser.open("/account/totp").submit(username=EMAIL, password=PASSWORD)
    secret = browser.find("[data-totp-secret]").get_text(strip=True)
    assert browser.response.headers["Cache-Control"] == "no-store"
    assert browser.response.headers["Referrer-Policy"] in {"same-origin", "no-referrer"}
    assert secret not in browser.url
    assert browser.find(".qr")["aria-label"] == "QR code; use the text key below instead"

    browser.submit(code=Phone(secret).code())

    cookies = [cookie.value for cookie in browser.client._cookies.values()]
    with a.app.app_context():
        audited = [str(row.details) for row in db.session.scalars(select(AuditEvent))]
        stored = [row.secret_sealed for row in db.session.scalars(select(TotpCredential))]
    written = capsys.readouterr()
    places = {
        "the page after it": browser.response.get_data(as_text=True),
        "the same page again": browser.open("/account/totp").response.get_data(as_text=True),
        "cookies": " ".join(cookies),
        "logs": caplog.text + written.out + written.err,
        "audit": " ".join(audited),
        "mails": " ".join(letter.source.decode() for letter in mailbox.letters()),
        "the database": repr(stored),
    }
    assert {place for place, text in places.items() if secret in text} == set()


def test_a_form_that_was_sent_already_enrols_nothing(
    browser: Browser, a: Factory, user: User
) -> None:
    """A28: back and send again, with a code that is still good."""
    browser.open("/account/totp").submit(username=EMAIL, password=PASSWORD)
    phone = Phone(browser.find("[data-totp-secret]").get_text(strip=True))
    token = str(browser.find("[name=csrf_token]")["value"])
    data = {"csrf_token": token, "code": phone.code(), "device_name": "Blue phone"}
    browser.open("/account/totp", method="POST", data=data)

    token = str(browser.find("[name=csrf_token]")["value"])
    browser.open("/account/totp", method="POST", data=data | {"csrf_token": token})

    assert browser.status == 410
    assert phone.secret not in browser.response.get_data(as_text=True)
    with a.app.app_context():
        confirmed = TotpCredential.confirmed_at.is_not(None)
        assert len(list(db.session.scalars(select(TotpCredential).where(confirmed)))) == 1
