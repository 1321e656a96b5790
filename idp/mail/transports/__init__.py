"""Ways in which mail leaves, by `IDP_MAIL_URL`."""

from __future__ import annotations

from email.message import EmailMessage
from pathlib import Path
from typing import Protocol
from urllib.parse import unquote, urlsplit

from config import Settings
from idp.mail.transports import folder, log, smtp
from idp.outbox.delivery import Outcome


class Transport(Protocol):
    """Hands a mail over to its one recipient, whose address stands in `To` without a name."""

    def __call__(self, mail: EmailMessage) -> Outcome: ...


def chosen(settings: Settings) -> Transport:
    """By the scheme; the settings have refused all others."""
    url = urlsplit(settings.effective_mail_url)
    match url.scheme:
        case "file":
            return folder.Folder(Path(unquote(url.path)))
        case "log":
            return log.to_log
        case _:
            return smtp.Server(
                host=url.hostname or "",
                port=url.port or smtp.PORTS[url.scheme],
                security=smtp.Security(url.scheme),
                user=unquote(url.username) if url.username else None,
                password=unquote(url.password or ""),
                sender=settings.sender_address,
                our_name=urlsplit(settings.issuer).hostname or "",
                timeout=settings.mail.timeout.total_seconds(),
                ca_file=settings.outbound_ca_file,
            )
