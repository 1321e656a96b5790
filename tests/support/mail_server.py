"""A mail server of somebody else: real SMTP on loopback, which answers as it is told."""

from __future__ import annotations

import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

from tests.support.live_server import free_port

OK = "250 OK"


@dataclass
class MailServer:
    """Keeps what it took. `answers`: by recipient, to RCPT TO.

    Without slots: aiosmtpd reads every attribute, and before 3.11.3 Python adds one that can't be.
    """

    port: int
    answers: dict[str, str] = field(default_factory=dict)
    sender_answer: str = OK
    data_answer: str = OK
    account: tuple[str, str] | None = None
    taken: list[Envelope] = field(default_factory=list)
    was_private: list[bool] = field(default_factory=list)
    signed_in_as: list[str] = field(default_factory=list)
    connections: int = 0
    lock: threading.Lock = field(default_factory=threading.Lock)

    # --- what aiosmtpd calls ----------------------------------------------------------------

    async def handle_EHLO(  # noqa: N802
        self, _server: SMTP, session: Session, _envelope: Envelope, name: str, answers: list[str]
    ) -> list[str]:
        session.host_name = name
        self.connections += 1
        return answers

    async def handle_MAIL(  # noqa: N802
        self,
        _server: SMTP,
        _session: Session,
        envelope: Envelope,
        address: str,
        options: list[str],
    ) -> str:
        envelope.mail_from = address
        envelope.mail_options.extend(options)
        return self.sender_answer

    async def handle_RCPT(  # noqa: N802
        self,
        _server: SMTP,
        _session: Session,
        envelope: Envelope,
        address: str,
        _options: list[str],
    ) -> str:
        answer = self.answers.get(address, OK)
        if answer == OK:
            envelope.rcpt_tos.append(address)
        return answer

    async def handle_DATA(self, _server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        if self.data_answer == OK:
            with self.lock:
                self.taken.append(envelope)
                self.was_private.append(session.ssl is not None)
        return self.data_answer

    def authenticate(
        self, _server: SMTP, _session: Session, _envelope: Envelope, _mechanism: str, given: object
    ) -> AuthResult:
        if not isinstance(given, LoginPassword) or self.account is None:
            return AuthResult(success=False, handled=False)
        user, password = given.login.decode(), given.password.decode()
        if (user, password) != self.account:
            return AuthResult(success=False, handled=False)
        self.signed_in_as.append(user)
        return AuthResult(success=True)


class _Controller(Controller):
    """Does not knock at its own door to see whether it is open, which it cannot do by TLS."""

    def _trigger_server(self) -> None:
        with socket.create_connection((self.hostname, self.port), 5):
            pass


@contextmanager
def running(
    *,
    starttls: ssl.SSLContext | None = None,
    tls: ssl.SSLContext | None = None,
    account: tuple[str, str] | None = None,
    port: int | None = None,
) -> Iterator[MailServer]:
    """On a free port of this machine, until the block ends."""
    server = MailServer(port or free_port(), account=account)
    controller = _Controller(
        server,
        hostname="127.0.0.1",
        port=server.port,
        ssl_context=tls,
        tls_context=starttls,
        authenticator=server.authenticate,
        auth_required=account is not None,
        auth_require_tls=starttls is not None,
        enable_SMTPUTF8=True,
    )
    controller.start()
    try:
        yield server
    finally:
        controller.stop()
