"""Do what a plan says, in one transaction of the caller's: all of it, or nothing."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from idp import audit
from idp.accounts.custom_claims import definitions
from idp.accounts.custom_claims.definition import Definition
from idp.accounts.groups import store
from idp.accounts.groups.proposed import KnownGroup
from idp.audit import catalogue
from idp.clients import register, registry
from idp.clients.register import Registered
from idp.configuration.objects import DISABLED, Place, Section, Wanted
from idp.configuration.plan import Action, Change

MOST_NAMED = 200


class Moved(Exception):
    """Somebody else has changed an object since the plan was made; the transaction must not be
    committed.
    """

    def __init__(self, place: Place) -> None:
        super().__init__(f"{place} was changed meanwhile; nothing is applied. Look at it again.")


@dataclass(frozen=True, slots=True)
class Secret:
    """Of a new client, told this once."""

    client_id: str
    client_secret: str = field(repr=False)


def apply(changes: Iterable[Change], *, reason: str = "") -> list[Secret]:
    """Groups are there before the clients that name them, and go after them. Raises `Moved`."""
    changes = list(changes)
    made = [change for change in changes if change.action is not Action.REMOVE]
    gone = [change for change in reversed(changes) if change.action is Action.REMOVE]
    secrets = [secret for change in made if (secret := _put(change)) is not None]
    for change in gone:
        _remove(change)
    if changes:
        names = [f"{one.action} {one.place}" for one in changes]
        named = names[:MOST_NAMED]
        audit.record(catalogue.ConfigurationImported(objects=named, reason=reason))
    return secrets


def _put(change: Change) -> Secret | None:
    match change.place.section:
        case Section.CLAIMS:
            _put_claim(change)
        case Section.GROUPS:
            _put_group(change)
        case Section.CLIENTS:
            return _put_client(change)
    return None


def _put_claim(change: Change) -> None:
    assert change.wanted is not None  # noqa: S101  the callers' own
    proposed = change.wanted.proposed
    done = (
        definitions.define(proposed)
        if change.stored is None
        else definitions.change(change.place.name, change.stored.version, proposed)
    )
    if not isinstance(done, Definition):
        raise Moved(change.place)


def _put_group(change: Change) -> None:
    assert change.wanted is not None  # noqa: S101
    proposed = change.wanted.proposed
    done = (
        store.create(proposed)
        if change.stored is None
        else store.change(change.place.name, change.stored.version, proposed)
    )
    if not isinstance(done, KnownGroup):
        raise Moved(change.place)


def _put_client(change: Change) -> Secret | None:
    assert change.wanted is not None  # noqa: S101
    client_id, wanted = change.place.name, change.wanted
    done: object = None
    if change.stored is None:
        done = register.enter_as(client_id, wanted.proposed)
    elif change.fields.keys() != {DISABLED}:
        done = register.exchange(client_id, change.stored.version, wanted.proposed)
    elif registry.read(client_id) is not None:
        _switch(client_id, wanted)
        return None
    if not isinstance(done, Registered):
        raise Moved(change.place)
    _switch(client_id, wanted)
    return Secret(client_id, done.client_secret) if done.client_secret else None


def _switch(client_id: str, wanted: Wanted) -> None:
    if wanted.is_disabled:
        register.disable(client_id)
    else:
        register.enable(client_id)


def _remove(change: Change) -> None:
    name = change.place.name
    match change.place.section:
        case Section.CLAIMS:
            now = definitions.find(name)
            is_same = now is not None and _is_planned(change, definitions.version_of(now))
            done: object = is_same and definitions.remove(name)
        case Section.GROUPS:
            found = store.find(name)
            is_same = found is not None and _is_planned(change, store.version_of(found))
            done = is_same and store.remove(name)
        case Section.CLIENTS:
            client = registry.read(name)
            is_same = client is not None and _is_planned(change, register.version_of(client))
            done = is_same and register.remove(name)
    if done is not True:
        raise Moved(change.place)


def _is_planned(change: Change, version: str) -> bool:
    return change.stored is not None and change.stored.version == version
