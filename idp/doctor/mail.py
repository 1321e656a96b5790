"""Whether mail can leave, and whether some has been given up."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from urllib.parse import urlsplit

from sqlalchemy import func, select

from idp import clock
from idp.doctor.finding import Finding
from idp.extensions import db, settings
from idp.mail import transports
from idp.mail.transports import smtp
from idp.models import OutboundMessage
from idp.outbox.delivery import Delivered

MAIL = "mail"
LONGEST_WAIT = timedelta(minutes=15)
"""Then somebody should look why."""


def look() -> Iterator[Finding]:
    """The transport answers; nothing lies in the dead-letter list."""
    yield _transport()
    yield from look_at_outbox()


def look_at_outbox() -> Iterator[Finding]:
    """Nothing waits for long, and nothing was given up."""
    waiting = select(func.count(), func.min(OutboundMessage.created_at)).where(
        OutboundMessage.delivered_at.is_(None), OutboundMessage.dead_at.is_(None)
    )
    number, oldest = db.session.execute(waiting).one()
    if oldest is not None and clock.now() - oldest > LONGEST_WAIT:
        yield Finding.warning(
            f"{number} messages wait to be sent, the oldest since {oldest:%Y-%m-%d %H:%M} UTC",
            "see what the last try said: flask --app wsgi idp mail list",
        )
    else:
        yield Finding.ok(f"{number} messages wait to be sent" if number else "nothing waits")
    dead = db.session.scalar(
        select(func.count())
        .select_from(OutboundMessage)
        .where(OutboundMessage.dead_at.is_not(None), OutboundMessage.kind == MAIL)
    )
    if dead:
        yield Finding.warning(
            f"{dead} mails were given up", "see: flask --app wsgi idp mail list --dead"
        )


def _transport() -> Finding:
    parts = urlsplit(settings().effective_mail_url)
    if parts.scheme == "log":
        return Finding.warning(
            "mail goes to the log and to nobody", "set IDP_MAIL_URL=smtp://… or smtps://…"
        )
    transport = transports.chosen(settings())
    if not isinstance(transport, smtp.Server):
        return Finding.ok(f"mail is written to {parts.path}")
    outcome = transport.check()
    if isinstance(outcome, Delivered):
        return Finding.ok(f"{parts.hostname} answers")
    return Finding.error(
        f"{parts.hostname} takes no mail: {outcome.problem}",
        "correct IDP_MAIL_URL, or let this machine reach that one",
    )
