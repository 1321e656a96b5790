"""A rendered mail as RFC 5322 wants it: headers that nothing breaks out of, MIME, folded lines."""

from __future__ import annotations

import email.policy
from datetime import datetime
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
    mail["From"] = _sender()
    mail["To"] = sendable(recipient)
    mail["Subject"] = rendered.subject
    mail["Date"] = format_datetime(moment)
    # The same at every attempt, so that a mail that comes twice is shown once.
    number = f"{moment:%Y%m%d%H%M%S}.{message_id}"
    mail["Message-ID"] = f"<{number}@{urlsplit(settings().issuer).hostname}>"
    # RFC 3834 §5: no out-of-office notes, please.
    mail["Auto-Submitted"] = "auto-generated"
    mail.set_content(rendered.text)
    mail.add_alternative(rendered.html, subtype="html")
    return mail


def _sender() -> Address:
    return Address(shortened(settings().brand.name), addr_spec=settings().sender_address)
