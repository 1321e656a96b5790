"""People and clients for tests, made through the same functions as the real ones."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import pyotp

from idp import clock
from idp.accounts import create
from idp.authentication import passkey, recovery_code, totp
from idp.authentication import password as passwords
from idp.authentication.evidence import Evidence
from idp.authentication.password_hash import StoredHash
from idp.clients import register, templates
from idp.clients.metadata import ProposedClient
from idp.clients.templates import Template
from idp.extensions import db, transaction
from idp.models import Role, User
from tests.support.authenticator import Authenticator
from tests.support.relying_party import REDIRECT_URI, RelyingParty

if TYPE_CHECKING:
    from flask import Flask

PASSWORD = "four unrelated words here"
EMAIL = "ann@example.com"


@dataclass(frozen=True, slots=True)
class Phone:
    """An authenticator app with one account."""

    secret: str

    def code(self, steps: int = 0) -> str:
        """What it shows now, or some steps of 30 seconds from now."""
        return pyotp.TOTP(self.secret).at(clock.now(), counter_offset=steps)


@dataclass(frozen=True, slots=True)
class Factory:
    """Makes things in the database of one app."""

    app: Flask

    def user(self, email: str = EMAIL, *, name: str = "Ann Example", **claims: Any) -> User:
        """A person with a verified address and the usual password."""
        with self.app.app_context(), transaction():
            # Hashed first: nothing slow happens while SQLite's write lock is held.
            prepared = passwords.prepare(PASSWORD)
            made = create.create_user(email, name, claims=claims)
            assert isinstance(prepared, StoredHash)
            assert isinstance(made, User)
            passwords.store(made, prepared)
            return made

    def administrator(self, role: Role = Role.OWNER, email: str = EMAIL) -> Phone:
        """A person of this role, by the phone that proves the second factor."""
        made = self.user(email)
        with self.app.app_context(), transaction():
            db.session.get_one(User, made.id).role = role
        return self.phone(made)

    def phone(self, user: User) -> Phone:
        """An authenticator app, already enrolled."""
        with self.app.app_context(), transaction():
            return Phone(totp.enrol_directly(user).secret)

    def passkey(self, user: User, *, name: str = "Laptop") -> Authenticator:
        """A device of this user with one passkey, already enrolled."""
        device = Authenticator(self.app.extensions["idp.settings"].issuer)
        with self.app.app_context(), transaction():
            known = db.session.get_one(User, user.id)
            answer = device.create(passkey.begin_enrolment(known, "factory"))
        with self.app.app_context(), transaction():
            known = db.session.get_one(User, user.id)
            made = passkey.confirm(known, "factory", answer, name)
            assert isinstance(made, Evidence)
        return device

    def recovery_codes(self, user: User) -> list[str]:
        """A set, already said to be saved."""
        with self.app.app_context(), transaction():
            codes = recovery_code.begin(user, "factory")
            assert recovery_code.confirm_saved(user, "factory")
            return list(codes)

    def client(self, template: str = "web", **metadata: Any) -> RelyingParty:
        """A registered client, and a relying party that speaks for it."""
        if template != "machine":
            metadata.setdefault("redirect_uris", [REDIRECT_URI])
        with self.app.app_context(), transaction():
            registered = register.register(_proposed(template, metadata))
        assert isinstance(registered, register.Registered), registered
        return RelyingParty(
            self.app.test_client(),
            self.app.extensions["idp.settings"].issuer,
            registered.client.client_id,
            registered.client_secret,
            redirect_uri=(metadata.get("redirect_uris") or [REDIRECT_URI])[0],
        )


def _proposed(template: str, metadata: dict[str, Any]) -> ProposedClient:
    """A template's client, with some members replaced; what is only shown goes to `metadata`."""
    start = templates.propose(Template(template), metadata.get("client_name", "Photos"))
    frozen = {name: tuple(v) if isinstance(v, list) else v for name, v in metadata.items()}
    known = {name: value for name, value in frozen.items() if hasattr(start, name)}
    shown = {name: value for name, value in frozen.items() if not hasattr(start, name)}
    changes: Any = known | {"metadata": {**start.metadata, **shown}}
    return replace(start, **changes)
