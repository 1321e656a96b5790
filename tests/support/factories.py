"""People and clients for tests, made through the same functions as the real ones."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pyotp

from idp import clock
from idp.accounts import create
from idp.authentication import password as passwords
from idp.authentication import totp
from idp.clients import register, templates
from idp.extensions import transaction
from tests.support.relying_party import REDIRECT_URI, RelyingParty

if TYPE_CHECKING:
    from flask import Flask

    from idp.models import User

PASSWORD = "four unrelated words here"
EMAIL = "ann@example.com"


@dataclass(frozen=True, slots=True)
class Phone:
    """An authenticator app with one account."""

    secret: str

    def code(self, steps: int = 0) -> str:
        """What it shows now, or some steps of 30 seconds from now."""
        return pyotp.TOTP(self.secret).at(clock.now(), steps)


@dataclass(frozen=True, slots=True)
class Factory:
    """Makes things in the database of one app."""

    app: Flask

    def user(self, email: str = EMAIL, *, name: str = "Ann Example", **claims: Any) -> User:
        """A person with a verified address and the usual password."""
        with self.app.app_context(), transaction():
            made = create.create_user(email, name, claims=claims)
            passwords.set_password(made, PASSWORD)
            return made

    def phone(self, user: User) -> Phone:
        """An authenticator app, already enrolled."""
        with self.app.app_context(), transaction():
            return Phone(totp.enrol_directly(user).secret)

    def client(self, template: str = "web", **metadata: Any) -> RelyingParty:
        """A registered client, and a relying party that speaks for it."""
        values: dict[str, Any] = {"client_name": "Photos"} | metadata
        if template != "machine":
            values.setdefault("redirect_uris", [REDIRECT_URI])
        with self.app.app_context(), transaction():
            registered = register.register(templates.proposed(template, **values), actor="test")
        issuer = self.app.extensions["idp.settings"].issuer
        return RelyingParty(
            self.app.test_client(),
            issuer,
            registered.client.client_id,
            registered.client_secret,
            redirect_uri=values.get("redirect_uris", [REDIRECT_URI])[0],
        )
