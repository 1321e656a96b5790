"""`make demo`, met the way a newcomer meets it: by what it prints, in a real browser."""

import re
import signal

import pytest

from tests.browser import page_rules
from tests.support import demo
from tests.support.databases import EngineKind
from tests.support.visitor import visiting

LOA2 = "urn:idp:loa:2fa"


@pytest.fixture
def engine_kind():
    return EngineKind.SQLITE


def printed(text, label):
    """The address behind a label, or the password behind an e-mail address."""
    return re.search(rf"^ *{re.escape(label)} +(\S+)", text, re.MULTILINE)[1]


def until_mail_is_at(visitor, mailbox):
    """The jobs send it in the background, within seconds."""
    for _look in range(40):
        if visitor.open(mailbox).page.locator(".mails a").count():
            return
        visitor.page.wait_for_timeout(500)
    raise AssertionError("no mail has arrived")


@pytest.mark.timeout(240)
def test_the_printed_people_live_the_whole_story(empty_database_url, tmp_path, chromium):
    alice, bob = "alice@example.com", "bob@example.com"
    with demo.started(demo.environment(empty_database_url, tmp_path)) as process:
        text = demo.announcement(process)
        app, bank = printed(text, "Example web app"), printed(text, "Example bank")
        codes = printed(text, "One-time codes")

        with visiting(chromium, viewport=page_rules.DESKTOP, reduced_motion="reduce") as visitor:
            assert page_rules.problems(visitor.open(codes).page) == []
            code = visitor.text_of(f'[data-code="{alice}"]').strip()
            visitor.open(app).follow("Sign in").sign_in(alice, printed(text, alice))
            visitor.enter_code(code).press("Allow").is_at("claims")
            assert visitor.claims("id_token")["amr"] == ["pwd", "otp", "mfa"]
            visitor.open(bank).follow("Sign in").is_at("consent").press("Allow").is_at("claims")
            assert visitor.claims("id_token")["acr"] == LOA2

        with visiting(chromium, reduced_motion="reduce") as visitor:
            visitor.open(app).follow("Sign in").sign_in(bob, printed(text, bob))
            visitor.press("Allow").is_at("claims")
            assert visitor.claims("id_token")["amr"] == ["pwd"]
            visitor.open(bank).follow("Sign in").is_at("enrol-totp")
            here = visitor.page.url
            code = visitor.open(codes).text_of(f'[data-code="{bob}"]').strip()
            visitor.open(here).fill(code=code).press("Turn on two-step sign-in")
            visitor.is_at("recovery-codes").tick("saved").press("Continue").press("Allow")
            assert visitor.is_at("claims").claims("id_token")["acr"] == LOA2
            until_mail_is_at(visitor, printed(text, "Everybody's mail"))
            assert page_rules.problems(visitor.is_at("dev-mail").page) == []
            visitor.page.locator(".mails a").first.click()
            assert page_rules.problems(visitor.is_at("dev-mail-text").page) == []

        process.send_signal(signal.SIGINT)
        assert process.wait(timeout=40) == 0
