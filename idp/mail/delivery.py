"""A claimed mail, rendered and handed to the transport."""

from __future__ import annotations

import structlog

from idp.extensions import settings
from idp.mail import transports
from idp.mail.compose import compose
from idp.mail.render import render
from idp.outbox.delivery import GiveUp, Message, Outcome

_log = structlog.get_logger(__name__)


def deliver(message: Message) -> Outcome:
    """The outbox's deliverer of mails."""
    try:
        mail = compose(render(message), message.recipient, message.id, message.created_at)
    except ValueError as error:
        # Never with the text, which is what would break out of its header.
        _log.warning("mail_refused", message=message.id, problem=type(error).__name__)
        return GiveUp("refused: no such mail, or not an address")
    return transports.chosen(settings())(mail)
