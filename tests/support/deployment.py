"""The provider and the example app as real processes, knowing each other as in the demo."""

from __future__ import annotations

import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from sqlalchemy import delete, select, update

from config import AccountSettings, BrandSettings, Registration, Settings
from idp import clock, opaque
from idp.accounts import password_link
from idp.demo import clients, seed
from idp.demo.clients import DemoApp
from idp.extensions import db, rows_changed, transaction
from idp.jobs import deliver_outbox
from idp.models import AuthenticationEvent, Bucket, EmailAddress, Interaction, Role, Session, User
from tests.support import live_server, provider, run
from tests.support.databases import EngineKind
from tests.support.factories import Factory, Phone
from tests.support.live_server import PROJECT, LiveServer
from tests.support.mailbox import Mailbox


@dataclass(frozen=True, slots=True)
class Account:
    """Somebody who can sign in with the usual password, and her authenticator app."""

    email: str
    user: User
    phone: Phone | None = None

    def code(self, steps: int = 0) -> str:
        """Of her authenticator app, now or some steps of 30 seconds from now."""
        assert self.phone is not None, f"{self.email} has no authenticator app"
        return self.phone.code(steps)


@dataclass(frozen=True, slots=True)
class Deployment:
    """`a` makes people and clients in its database; `app` is the example's address."""

    server: LiveServer
    app_server: LiveServer
    a: Factory

    @property
    def issuer(self) -> str:
        return self.server.url

    @property
    def app(self) -> str:
        return self.app_server.url

    @property
    def brand(self) -> str:
        """What the provider calls itself."""
        chosen: Settings = self.a.app.extensions["idp.settings"]
        return chosen.brand.name

    def account(self, name: str = "Ann Example") -> Account:
        """Somebody new, with a password only."""
        email = f"{name.partition(' ')[0].lower()}-{secrets.token_hex(3)}@example.com"
        return Account(email, self.a.user(email, name=name))

    def account_with_phone(self, name: str = "Bob Example") -> Account:
        """Somebody new, with an authenticator app, too."""
        made = self.account(name)
        return Account(made.email, made.user, self.a.phone(made.user))

    def administrator(self, role: Role = Role.OWNER) -> Account:
        """Somebody new of this role, with an authenticator app."""
        made = self.account_with_phone("Olga Owner")
        with self.a.app.app_context(), transaction():
            db.session.get_one(User, made.user.id).role = role
        return made

    def mailed_link(self, address: str) -> str:
        """The single-use link in the newest mail to an address."""
        return Mailbox(self.a.app).link(address)

    def tell_apps(self) -> None:
        """What the background jobs do about sessions that have ended."""
        with self.a.app.app_context():
            while deliver_outbox.run(clock.now()):
                pass  # a pass ends in time, also on a busy machine

    def let_address_be_unproven(self, account: Account) -> None:
        """As if she had been imported from somewhere."""
        hers = update(EmailAddress).where(EmailAddress.user_id == account.user.id)
        with self.a.app.app_context(), transaction():
            db.session.execute(hers.values(verified_at=None))

    def password_link(self, account: Account) -> str:
        """The address of a one-time link to choose a password."""
        with self.a.app.app_context(), transaction():
            return password_link.url(password_link.issue(account.user))

    def restart(self) -> None:
        """A new process, which remembers what is in the database and nothing else."""
        self.server.stop()
        self.server.start()

    def let_interactions_expire(self) -> None:
        """As if everybody had left a sign-in page open for too long."""
        past = clock.now() - timedelta(seconds=1)
        with self.a.app.app_context(), transaction():
            db.session.execute(update(Interaction).values(expires_at=past))

    def let_proofs_age(self, account: Account) -> None:
        """As if she had proven everything six minutes earlier: too old for security settings."""
        mine = AuthenticationEvent.user_id == account.user.id
        with self.a.app.app_context(), transaction():
            for event in db.session.scalars(select(AuthenticationEvent).where(mine)):
                event.proven_at -= timedelta(minutes=6)

    def sign_in_elsewhere(self, account: Account) -> None:
        """As if she had signed in on another machine, too."""
        session = Session(
            user_id=account.user.id,
            token_digest=opaque.digest(opaque.make()),
            user_agent="Mozilla/5.0 (Windows NT 10.0; rv:128.0) Gecko/20100101 Firefox/128.0",
            address="203.0.113.7",
            expires_at=clock.now() + timedelta(hours=1),
        )
        with self.a.app.app_context(), transaction():
            db.session.add(session)

    def use_up(self, window: str, account: Account) -> None:
        """As if somebody had gone on guessing after a first wrong try."""
        hers = Bucket.key.like(f"{window}%:{account.user.id}")
        with self.a.app.app_context(), transaction():
            assert rows_changed(update(Bucket).where(hers).values(count=Bucket.capacity)) == 1

    def forget_tries(self) -> None:
        """All tests come from one address: what one of them used up must not lock the next out."""
        with self.a.app.app_context(), transaction():
            db.session.execute(delete(Bucket))


@contextmanager
def deployed(
    kind: EngineKind,
    folder: Path,
    application: tuple[str, ...] = ("wsgi:app",),
    brand: BrandSettings | None = None,
) -> Iterator[Deployment]:
    """Both processes on free ports, with a database of their own."""
    with provider.databases().migrated(kind, folder) as database_url:
        issuer = f"http://localhost:{live_server.free_port()}"
        mail_url = f"file://{folder / 'mail'}"
        # Every page can be reached.
        accounts = AccountSettings(registration=Registration.OPEN, verified_address_required=True)
        settings = provider.settings_for(
            database_url,
            run.folder(),
            issuer=issuer,
            mail_url=mail_url,
            accounts=accounts,
            brand=brand or BrandSettings(),
            outbound_allow=("localhost",),
        )
        here = provider.build(settings)
        app = clients.apps(live_server.free_port())[0]
        with here.app_context(), transaction():
            seed.apps([app])
        server = LiveServer(
            issuer,
            provider.environment(settings),
            folder / "server.log",
            run.ledger(),
            application=application,
        )
        with live_server.running(server), live_server.running(_example(app, issuer, folder)) as web:
            yield Deployment(server, web, Factory(here))
        provider.dispose(here)


def _example(app: DemoApp, issuer: str, folder: Path) -> LiveServer:
    environment = {
        "ISSUER": issuer,
        "CLIENT_ID": app.client_id,
        "CLIENT_SECRET": app.client_secret,
        "BASE_URL": app.base_url,
        "APP_NAME": app.name,
        "SESSION_FILE": str(folder / "app.sqlite3"),
    }
    return LiveServer(
        app.base_url,
        {**os.environ, **environment},
        folder / "app.log",
        run.ledger(),
        application=("web_flask:create_app", "--factory"),
        folder=PROJECT / "clients_example",
        health_path="/",
    )
