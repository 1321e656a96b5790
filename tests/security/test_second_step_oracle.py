"""A30: the page that asks for a code tells that the password was right; its owner gets a mail."""

from __future__ import annotations

from collections.abc import Callable

from idp.models import User
from tests.support.browser import Browser
from tests.support.factories import EMAIL, PASSWORD, Factory
from tests.support.mailbox import Mailbox
from tests.support.race import at_once
from tests.support.relying_party import RelyingParty

Recorded = Callable[[str, User], int]


def guessing(a: Factory, rp: RelyingParty, address: str) -> Browser:
    """A stranger who knows the password."""
    window = Browser(a.app.test_client(), rp.issuer)
    window.client.environ_base["REMOTE_ADDR"] = address
    window.open(rp.authorization_url()).submit(username=EMAIL, password=PASSWORD)
    assert window.page == "second-factor"
    return window


def test_a30_who_tries_out_passwords_is_seen_by_the_owner_and_in_the_audit_log(
    a: Factory, mailbox: Mailbox, recorded: Recorded
) -> None:
    ann, rp = a.user(), a.client(trusted=True)
    phone = a.phone(ann)
    mailbox.clear()
    wrong = str((int(phone.code()) + 500_000) % 1_000_000).zfill(6)

    guessing(a, rp, "203.0.113.66").submit(code=wrong)

    mail = mailbox.newest(EMAIL)
    assert mail.subject.startswith("Someone knew your password for ")
    assert "203.0.113.66" in mail.text
    assert mailbox.subjects() == [mail.subject]
    assert recorded("totp_rejected", ann) == 1


def test_a30_many_guesses_at_once_are_one_mail(
    a: Factory, mailbox: Mailbox, recorded: Recorded
) -> None:
    ann, rp = a.user(), a.client(trusted=True)
    phone = a.phone(ann)
    mailbox.clear()
    wrong = str((int(phone.code()) + 500_000) % 1_000_000).zfill(6)
    windows = iter([guessing(a, rp, f"203.0.113.{number}") for number in range(4)])

    at_once(4, lambda: next(windows).submit(code=wrong))

    assert recorded("totp_rejected", ann) == 4
    assert len(mailbox.letters(EMAIL)) == 1
