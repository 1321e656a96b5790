"""Switching passkeys off takes a way to sign in from people, and never a second step (R23)."""

from __future__ import annotations

import pytest

from config import PasskeySettings
from idp.doctor import Level, people
from idp.models import User
from tests.support.browser import Browser
from tests.support.factories import EMAIL, PASSWORD, Factory
from tests.support.mailbox import Mailbox


@pytest.fixture
def codes(a: Factory) -> list[str]:
    """Of somebody who has a passkey, and nothing but that."""
    ann: User = a.user()
    a.passkey(ann)
    codes = a.recovery_codes(ann)
    settings = a.app.extensions["idp.settings"]
    off = {"passkeys": PasskeySettings(enabled=False)}
    a.app.extensions["idp.settings"] = settings.model_copy(update=off)
    return codes


def test_a_password_alone_does_not_open_the_account_and_a_recovery_code_does(
    browser: Browser, codes: list[str]
) -> None:
    browser.open("/account/").submit(username=EMAIL, password=PASSWORD)
    assert (browser.page, browser.all("[data-passkey]")) == ("second-factor", [])
    assert "Passkeys are switched off here" in browser.text
    assert browser.open("/account/security").page == "sign-in"

    browser.open("/account/").submit(username=EMAIL, password=PASSWORD)
    browser.follow("Use a recovery code").submit(code=codes[0])

    assert browser.page == "enrol-totp"


def test_a_mailed_link_asks_for_a_recovery_code_too(
    browser: Browser, codes: list[str], mailbox: Mailbox
) -> None:
    """R55."""
    browser.open("/password-reset").submit(email=EMAIL)
    browser.open(mailbox.link(EMAIL)).submit(password="seven quiet words in a row", code="")
    assert (browser.status, browser.page) == (422, "reset")

    browser.submit(password="seven quiet words in a row", code=codes[0])

    assert browser.page == "password-set"


def test_the_doctor_counts_whom_it_strands(a: Factory, codes: list[str]) -> None:
    with a.app.app_context():
        (finding,) = people.look_at_passkeys()

    assert finding.level is Level.WARNING
    assert "no other second factor: 1." in finding.says
