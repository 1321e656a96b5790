"""Put the demo people and apps into the database; what is there already stays as it is."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from idp.accounts import invalid as accounts_invalid
from idp.accounts.create import create_user
from idp.authentication import password, totp
from idp.authentication.password_hash import StoredHash
from idp.authentication.verdict import Busy
from idp.clients import document, register, registry
from idp.clients.metadata import Invalid
from idp.clients.register import Given
from idp.clients.registered import RegisteredClient
from idp.demo import clients
from idp.demo.clients import DemoApp
from idp.demo.people import PEOPLE, DemoPerson
from idp.models import Role


class SeedRefused(Exception):
    """Our own people or apps break our own rules; the message says which."""


def people() -> list[str]:
    """The addresses of those who were missing. To be called before the first write."""
    missing = [person for person in PEOPLE if password.find_user(person.email) is None]
    prepared = [_prepared(person) for person in missing]
    for person, stored in zip(missing, prepared, strict=True):
        _create(person, stored)
    return [person.email for person in missing]


def apps(wanted: Sequence[DemoApp]) -> list[str]:
    """The names of those that were missing, or whose addresses moved with the ports."""
    return [app.name for app in wanted if _register(app)]


def examples() -> list[str]:
    """The names of the other examples that were missing."""
    missing = [one for one in clients.documents() if registry.find(one["client_id"]) is None]
    for one in missing:
        _put(one["client_name"], Given(one["client_id"], None), one)
    return [one["client_name"] for one in missing]


def _prepared(person: DemoPerson) -> StoredHash:
    prepared = password.prepare(person.password)
    if isinstance(prepared, Busy):
        raise SeedRefused("The machine is too busy to hash a password. Try again.")
    return prepared


def _create(person: DemoPerson, prepared: StoredHash) -> None:
    role = Role.OWNER if person.is_administrator else None
    user = create_user(person.email, person.name, role=role, claims=person.claims)
    if isinstance(user, accounts_invalid.Invalid):
        raise SeedRefused(f"{person.email}: {dict(user.problems)}")
    if problems := password.problems(person.password, user):
        raise SeedRefused(f"{person.email}: {' '.join(problems)}")
    password.store(user, prepared)
    if person.has_authenticator:
        totp.enrol_directly(user, reason="demo")


def _is_as_wanted(known: RegisteredClient, wanted: dict[str, Any]) -> bool:
    """Addresses only: what a developer has changed of the rest is left alone."""
    addresses = [*known.redirect_uris, known.backchannel_logout_uri]
    return addresses == [*wanted["redirect_uris"], wanted["backchannel_logout_uri"]]


def _register(app: DemoApp) -> bool:
    wanted = app.registration()
    known = registry.find(app.client_id)
    if known is not None and _is_as_wanted(known, wanted):
        return False
    _put(app.name, Given(app.client_id, app.client_secret), wanted)
    return True


def _put(name: str, given: Given, wanted: dict[str, Any]) -> None:
    proposed = document.from_document(wanted)
    made = proposed if isinstance(proposed, Invalid) else register.put(given, proposed)
    if isinstance(made, Invalid):
        raise SeedRefused(f"{name}: {made.problems}")
