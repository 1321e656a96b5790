"""A rendered mail as RFC 5322 wants it: headers that nothing breaks out of, MIME, folded lines."""

from __future__ import annotations

import email.policy
from datetime import datetime
from email.header import Header
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import format_datetime
from urllib.parse import urlsplit

from idp.extensions import settings
from idp.mail.address import sendable
from idp.mail.letter import shortened
from idp.mail.render import Rendered

_POLICY = email.policy.SMTP.clone(cte_type="7bit")
"""Refuses line breaks in headers; bodies are encoded, so that no server on the way changes them."""
_INTERNATIONAL = _POLICY.clone(utf8=True)
"""For a local part that is not ASCII (RFC 6531)."""


def compose(rendered: Rendered, recipient: str, message_id: str, moment: datetime) -> EmailMessage:
    """Raises `ValueError` for an address or header that is none (A48)."""
    mail = EmailMessage(_POLICY if recipient.isascii() else _INTERNATIONAL)
    _put_sender(mail)
    mail["To"] = sendable(recipient)
    _put_subject(mail, rendered.subject)
    mail["Date"] = format_datetime(moment)
    # The same at every attempt, so that a mail that comes twice is shown once.
    number = f"{moment:%Y%m%d%H%M%S}.{message_id}"
    mail["Message-ID"] = f"<{number}@{urlsplit(settings().issuer).hostname}>"
    # RFC 3834 §5: no out-of-office notes, please.
    mail["Auto-Submitted"] = "auto-generated"
    mail.set_content(rendered.text)
    mail.add_alternative(rendered.html, subtype="html")
    return mail


def _put_sender(mail: EmailMessage) -> None:
    name, address = shortened(settings().brand.name), settings().sender_address
    if name.isascii():
        mail["From"] = Address(name, addr_spec=address)
    else:
        mail.set_raw("From", f"{_folded('From', name)}\n <{address}>")


def _put_subject(mail: EmailMessage, subject: str) -> None:
    if subject.splitlines() != [subject]:
        raise ValueError("Header values are of one line")
    mail.set_raw("Subject", _folded("Subject", subject))


def _folded(header: str, text: str) -> str:
    """RFC 2047. Where the newer classes fold between encoded words, they lose and add spaces."""
    charset = "us-ascii" if text.isascii() else "utf-8"
    return Header(text, charset, maxlinelen=70, header_name=header).encode(linesep="\n")
