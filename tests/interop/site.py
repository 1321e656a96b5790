"""The provider as a process, and apps that others' libraries drive, each in one of its own."""

from __future__ import annotations

import os
import secrets
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import delete, select

from idp import clock
from idp.clients import document, register
from idp.clients.metadata import ProposedClient
from idp.clients.register import Given, Registered
from idp.extensions import db, transaction
from idp.jobs import deliver_outbox
from idp.models import AuthenticationEvent, Bucket
from tests.support import live_server, provider, run
from tests.support.databases import EngineKind
from tests.support.deployment import Account
from tests.support.factories import Factory
from tests.support.live_server import LiveServer
from tests.support.relying_party import RelyingParty

LOA2 = "urn:idp:loa:2fa"


@dataclass(frozen=True, slots=True)
class Site:
    """A running provider; `a` makes people and clients in its database."""

    server: LiveServer
    a: Factory
    folder: Path

    @property
    def issuer(self) -> str:
        return self.server.url

    def account(self) -> Account:
        """Somebody new who has an authenticator app."""
        email = f"bob-{secrets.token_hex(3)}@example.com"
        user = self.a.user(email, name="Bob Example")
        return Account(email, user, self.a.phone(user))

    def register(self, registration: dict[str, Any]) -> str:
        """From a document like the examples' `client.json`, under an id of its own."""
        client_id = f"{registration['client_id']}-{secrets.token_hex(3)}"
        with self.a.app.app_context(), transaction():
            proposed = document.from_document(registration)
            assert isinstance(proposed, ProposedClient), proposed
            made = register.put(Given(client_id, registration.get("client_secret")), proposed)
            assert isinstance(made, Registered), made
        return client_id

    def forget_tries(self) -> None:
        """All tests come from one address: what one of them used up must not lock the next out."""
        with self.a.app.app_context(), transaction():
            db.session.execute(delete(Bucket))

    def let_proofs_age(self, account: Account) -> None:
        """As if she had proven everything six minutes earlier: too old for what wants it fresh."""
        mine = AuthenticationEvent.user_id == account.user.id
        with self.a.app.app_context(), transaction():
            for event in db.session.scalars(select(AuthenticationEvent).where(mine)):
                event.proven_at -= timedelta(minutes=6)

    def deliver(self) -> None:
        """What the background jobs do about every message that waits."""
        with self.a.app.app_context():
            deliver_outbox.run(clock.now())

    def environment(self, client: RelyingParty, base_url: str) -> dict[str, str]:
        """What an app is told, whatever it is written in."""
        folder = self.folder / client.client_id
        folder.mkdir(exist_ok=True)
        return {
            "ISSUER": self.issuer,
            "CLIENT_ID": client.client_id,
            "CLIENT_SECRET": client.client_secret or "",
            "BASE_URL": base_url,
            "FOLDER": str(folder),
        }

    @contextmanager
    def app(self, name: str, base_url: str, client: RelyingParty) -> Iterator[LiveServer]:
        """`tests/interop/apps/<name>.py`, started and stopped."""
        module = f"tests.interop.apps.{name}:app"
        told = self.environment(client, base_url)
        with self.running(base_url, told, application=(module,)) as server:
            yield server

    @contextmanager
    def running(
        self, base_url: str, told: Mapping[str, str], application: tuple[str, ...]
    ) -> Iterator[LiveServer]:
        """Any WSGI app."""
        server = LiveServer(
            base_url,
            {**os.environ, **told},
            self.folder / f"{told['CLIENT_ID']}.log",
            run.ledger(),
            application=application,
            health_path="/",
        )
        with live_server.running(server):
            yield server


@contextmanager
def provided(folder: Path) -> Iterator[Site]:
    """On a free port, with a database of its own."""
    with provider.databases().migrated(EngineKind.SQLITE, folder) as database_url:
        issuer = f"http://localhost:{live_server.free_port()}"
        mail_url = f"file://{folder / 'mail'}"
        settings = provider.settings_for(
            database_url,
            run.folder(),
            issuer=issuer,
            mail_url=mail_url,
            outbound_allow=("localhost",),
        )
        here = provider.build(settings)
        server = LiveServer(
            issuer,
            provider.environment(settings),
            folder / "server.log",
            run.ledger(),
        )
        with live_server.running(server):
            yield Site(server, Factory(here), folder)
        provider.dispose(here)


def free_address() -> str:
    """Of an app that is yet to start."""
    return f"http://localhost:{live_server.free_port()}"
