"""Everybody's mailbox in development: the folder that mail is written into, read back."""

from __future__ import annotations

import email
import email.policy
from dataclasses import dataclass
from datetime import datetime
from email.errors import MessageError
from email.header import decode_header, make_header
from email.message import EmailMessage
from pathlib import Path
from urllib.parse import unquote, urlsplit

from config import Settings

MOST = 200
"""Shown at once; older ones stay in the folder."""


@dataclass(frozen=True, slots=True)
class Mail:
    """One that has been sent. `name` is that of its file, without the suffix."""

    name: str
    recipient: str
    subject: str
    created_at: datetime
    text: str
    html: str


def folder(settings: Settings) -> Path | None:
    """Where it lies; None when mail leaves this machine."""
    url = urlsplit(settings.effective_mail_url)
    return Path(unquote(url.path)) if url.scheme == "file" else None


def newest_first(settings: Settings) -> list[Mail]:
    """As many as are looked at. What is no mail is left out."""
    place = folder(settings)
    if place is None:
        return []
    files = sorted(place.glob("*.eml"), key=lambda file: file.stat().st_mtime_ns, reverse=True)
    return [mail for file in files[:MOST] if (mail := _read(file)) is not None]


def find(settings: Settings, name: str) -> Mail | None:
    """By name, among those that are listed: no path is ever made of what somebody sends."""
    return next((mail for mail in newest_first(settings) if mail.name == name), None)


def _read(file: Path) -> Mail | None:
    try:
        mail = email.message_from_bytes(
            file.read_bytes(), EmailMessage, policy=email.policy.default
        )
        return Mail(
            file.stem,
            str(mail["To"]),
            _subject(mail),
            mail["Date"].datetime,
            _part(mail, "plain"),
            _part(mail, "html"),
        )
    except (OSError, MessageError, AttributeError, LookupError, ValueError):
        return None


def _subject(mail: EmailMessage) -> str:
    """From its raw form: the newer classes lose spaces between encoded words."""
    raw = dict(mail.raw_items()).get("Subject", "")
    return " ".join(str(make_header(decode_header(raw))).split())


def _part(mail: EmailMessage, subtype: str) -> str:
    part = mail.get_body((subtype,))
    return str(part.get_content()) if part is not None else ""
