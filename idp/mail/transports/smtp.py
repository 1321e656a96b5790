"""Handing mail to a server by SMTP (RFC 5321), over TLS wherever it can be had.

`smtps` begins with TLS (RFC 8314 §3.3); `smtp` takes STARTTLS when the server offers it. Either
way the certificate is checked. Credentials never travel in the clear, except to this machine.
"""

from __future__ import annotations

import smtplib
import ssl
from collections.abc import Callable
from dataclasses import dataclass, field
from email.message import EmailMessage
from enum import StrEnum
from functools import lru_cache
from pathlib import Path

from idp.outbox.delivery import Delivered, GiveUp, Outcome, TryLater, Unreachable


class Security(StrEnum):
    """How a connection begins, by the scheme of the URL."""

    STARTTLS = "smtp"
    TLS = "smtps"


PORTS = {"smtp": 587, "smtps": 465}
_THIS_MACHINE = frozenset({"localhost", "127.0.0.1", "::1"})


class _NoTls(smtplib.SMTPException):
    """There are credentials, and nothing to protect them."""


@dataclass(frozen=True, slots=True)
class Server:
    """A mail server, and who we are to it."""

    host: str
    port: int
    security: Security
    sender: str
    our_name: str
    timeout: float
    user: str | None = None
    password: str = field(default="", repr=False)
    ca_file: Path | None = None

    def __call__(self, mail: EmailMessage) -> Outcome:
        """One connection per mail: there are few, and none is kept open for the next."""
        return self._talk(lambda server: server.send_message(mail, self.sender, [str(mail["To"])]))

    def check(self) -> Outcome:
        """Everything but the mail: connection, certificate, credentials."""
        return self._talk(lambda server: server.noop())

    def _talk(self, about: Callable[[smtplib.SMTP], object]) -> Outcome:
        try:
            connection = self._connection()
            try:
                self._greet(connection)
                about(connection)
            finally:
                _say_goodbye(connection)
        except (smtplib.SMTPException, OSError) as error:
            return outcome_of(error)
        return Delivered()

    def _connection(self) -> smtplib.SMTP:
        # Our name is given, because it would be looked up otherwise, which may take long.
        if self.security is Security.STARTTLS:
            return smtplib.SMTP(self.host, self.port, self.our_name, self.timeout)
        return smtplib.SMTP_SSL(
            self.host,
            self.port,
            self.our_name,
            timeout=self.timeout,
            context=tls_context(self.ca_file),
        )

    def _greet(self, connection: smtplib.SMTP) -> None:
        connection.ehlo_or_helo_if_needed()
        is_private = self.security is Security.TLS
        if not is_private and connection.has_extn("starttls"):
            connection.starttls(context=tls_context(self.ca_file))
            connection.ehlo()
            is_private = True
        if self.user is not None:
            if not is_private and self.host not in _THIS_MACHINE:
                raise _NoTls
            connection.login(self.user, self.password)


def _say_goodbye(connection: smtplib.SMTP) -> None:
    """What the server took it has, whether or not it answers to this."""
    try:
        connection.quit()
    except (smtplib.SMTPException, OSError):
        connection.close()


@lru_cache
def tls_context(ca_file: Path | None) -> ssl.SSLContext:
    """Certificate and host checked."""
    context = ssl.create_default_context()
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    if ca_file is not None:
        context.load_verify_locations(ca_file)
    return context


def outcome_of(error: smtplib.SMTPException | OSError) -> Outcome:
    """What a failure means for this mail, and for the others. The server's own words are not kept:
    they repeat addresses.
    """
    match error:
        case smtplib.SMTPRecipientsRefused():
            return _answered(next(code for code, _ in error.recipients.values()))
        case smtplib.SMTPDataError():
            return _answered(error.smtp_code)
        case smtplib.SMTPNotSupportedError():
            return GiveUp("smtp: address needs SMTPUTF8")
        case smtplib.SMTPResponseException():
            # To the greeting, to our name, to the credentials, to the sender: not to this mail.
            return Unreachable(f"smtp {error.smtp_code}")
    # smtplib turns a read that took too long into a lost connection.
    was = error.__context__ if isinstance(error, smtplib.SMTPServerDisconnected) else None
    words = (word for kind, word in _FAILURES if isinstance(was or error, kind))
    return Unreachable(f"smtp: {next(words, type(error).__name__)}")


_FAILURES = (
    (_NoTls, "no TLS for the credentials"),
    (ssl.SSLCertVerificationError, "certificate refused"),
    (TimeoutError, "timeout"),
)


def _answered(code: int) -> Outcome:
    """RFC 5321 §4.2.1: 4yz is for now, 5yz for good; 421 is the server's good-bye."""
    if code == 421:
        return Unreachable("smtp 421")
    return GiveUp(f"smtp {code}") if code >= 500 else TryLater(f"smtp {code}")
