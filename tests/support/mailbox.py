"""What arrives by mail: delivered by the job into a folder, and read as a mail program does."""

from __future__ import annotations

import email
import email.policy
import re
from dataclasses import dataclass
from email.header import decode_header, make_header
from email.message import EmailMessage
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit

from bs4 import BeautifulSoup

from idp import clock
from idp.extensions import settings
from idp.jobs import answer_requests, deliver_mail

if TYPE_CHECKING:
    from flask import Flask

_URL = re.compile(r"https?://\S+")


@dataclass(frozen=True, slots=True)
class Letter:
    """One mail that has arrived."""

    to: str
    subject: str
    text: str
    html: str
    source: bytes

    @property
    def urls(self) -> list[str]:
        """In the order in which they stand in the text."""
        return _URL.findall(self.text)

    @property
    def link(self) -> str:
        """The single-use link, or whatever else the mail is there for."""
        action = BeautifulSoup(self.html, "html.parser").select_one("a.action")
        assert action is not None, f"no link in {self.subject!r}:\n{self.text}"
        assert action["href"] in self.urls
        return str(action["href"])


@dataclass(frozen=True, slots=True)
class Mailbox:
    """Everybody's mail at one provider, whose `mail_url` is a folder."""

    app: Flask

    def letters(self, address: str | None = None) -> list[Letter]:
        """Those to an address, or all; what waits is delivered first. The earliest first."""
        with self.app.app_context():
            answer_requests.run(clock.now())
            while deliver_mail.run(clock.now()):
                pass  # a pass ends in time, also on a busy machine
        every = [_letter(file.read_bytes()) for file in self._files()]
        return [letter for letter in every if address in {None, letter.to}]

    def subjects(self, address: str | None = None) -> list[str]:
        """Of the letters, the earliest first."""
        return [letter.subject for letter in self.letters(address)]

    def newest(self, address: str) -> Letter:
        """The last one to an address."""
        found = self.letters(address)
        assert found, f"no mail to {address}; there is mail to {[one.to for one in self.letters()]}"
        return found[-1]

    def link(self, address: str) -> str:
        """The single-use link in the last mail to an address."""
        return self.newest(address).link

    def clear(self) -> None:
        """Deliver what waits, and throw everything away."""
        self.letters()
        for file in self._files():
            file.unlink()

    def _files(self) -> list[Path]:
        """As they arrived; what waited together arrives in any order, since time stands still."""
        with self.app.app_context():
            url = urlsplit(settings().effective_mail_url)
        assert url.scheme == "file", "these settings send mail elsewhere"
        return sorted(
            Path(unquote(url.path)).glob("*.eml"), key=lambda file: file.stat().st_mtime_ns
        )


def _letter(source: bytes) -> Letter:
    mail = email.message_from_bytes(source, EmailMessage, policy=email.policy.default)
    assert isinstance(mail, EmailMessage)
    return Letter(
        str(mail["To"]), _subject(mail), _part(mail, "plain"), _part(mail, "html"), source
    )


def _subject(mail: EmailMessage) -> str:
    """From its raw form: the newer classes lose spaces between encoded words."""
    raw = dict(mail.raw_items())["Subject"]
    return str(make_header(decode_header(raw.replace("\r\n", ""))))


def _part(mail: EmailMessage, subtype: str) -> str:
    part = mail.get_body((subtype,))
    assert part is not None, f"no {subtype} in {mail['Subject']}"
    return str(part.get_content())
