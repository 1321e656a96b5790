"""A forgotten password: asking, reading the mail, and seeing which password signs in."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from idp import clock
from idp.jobs import answer_requests, deliver_outbox
from idp.outbox.delivery import Delivered, Message
from tests.support.browser import Browser
from tests.support.factories import EMAIL, Factory

if TYPE_CHECKING:
    from flask import Flask

NEW = "seven quiet words in a row"


@dataclass
class Mail:
    """What waits to be sent, without the words. `read`: recipients and links, as last read."""

    app: Flask
    read: list[tuple[str, str]] = field(default_factory=list)

    def links(self) -> list[str]:
        """The links of the mails that have come since, in no order."""
        found: list[tuple[str, str]] = []

        def take(message: Message) -> Delivered:
            found.append((message.recipient, (message.secret or b"").decode()))
            return Delivered()

        with self.app.app_context():
            answer_requests.run(clock.now())
            deliver_outbox.deliver(clock.now(), {"mail": take})
        self.read = found
        return [link for _recipient, link in found if link]


def ask(browser: Browser, email: str = EMAIL) -> Browser:
    return browser.open("/password-reset").submit(email=email)


def signs_in(a: Factory, browser: Browser, password: str) -> bool:
    fresh = Browser(a.app.test_client(), browser.issuer)
    fresh.open("/account/").submit(username=EMAIL, password=password)
    return fresh.page == "account"
