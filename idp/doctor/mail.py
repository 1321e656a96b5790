"""Whether mail can leave, and whether some has been given up."""

from __future__ import annotations

import smtplib
import ssl
from collections.abc import Iterator
from urllib.parse import urlsplit

from sqlalchemy import func, select

from idp.doctor.finding import Finding
from idp.extensions import db, settings
from idp.models import OutboundMessage

PATIENCE_SECONDS = 5.0
MAIL = "mail"


def look() -> Iterator[Finding]:
    """The transport answers; nothing lies in the dead-letter list."""
    yield _transport(settings().effective_mail_url)
    dead = db.session.scalar(
        select(func.count())
        .select_from(OutboundMessage)
        .where(OutboundMessage.dead_at.is_not(None), OutboundMessage.kind == MAIL)
    )
    if dead:
        yield Finding.warning(
            f"{dead} mails were given up", "see: flask --app wsgi idp mail list --dead"
        )


def _transport(url: str) -> Finding:
    parts = urlsplit(url)
    if parts.scheme == "log":
        return Finding.warning(
            "mail goes to the log and to nobody", "set IDP_MAIL_URL=smtp://… or smtps://…"
        )
    if parts.scheme == "file":
        return Finding.ok(f"mail is written to {parts.path}")
    try:
        _greet(parts.scheme, parts.hostname or "", parts.port or 0)
    except (OSError, smtplib.SMTPException) as error:
        return Finding.error(
            f"{parts.hostname} does not answer ({type(error).__name__})",
            "correct IDP_MAIL_URL, or let this machine reach that one",
        )
    return Finding.ok(f"{parts.hostname} answers")


def _greet(scheme: str, host: str, port: int) -> None:
    if scheme == "smtps":
        context = ssl.create_default_context()
        with smtplib.SMTP_SSL(host, port, timeout=PATIENCE_SECONDS, context=context) as door:
            door.ehlo()
        return
    with smtplib.SMTP(host, port, timeout=PATIENCE_SECONDS) as door:
        door.ehlo()
