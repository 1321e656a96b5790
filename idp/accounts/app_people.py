"""Who looks after an app: its owners, who change it within limits, and its contacts, who read.

An app works without any. Whoever may change its people is asked for by the edges; this is what
then happens, in the same way for pages and commands.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum, auto

from sqlalchemy import delete, select, update

from idp import audit, clock, opaque, origin, throttle
from idp.accounts.outcome import Outcome
from idp.audit import catalogue
from idp.authentication import password
from idp.clients.registered import RegisteredClient
from idp.extensions import db, insert, rows_changed
from idp.mail import messages
from idp.models import Client, ClientPerson, Standing, User

MOST_OF_ONE_APP = 50
"""Whoever needs more wants a group."""


class Refusal(Enum):
    """Why somebody cannot be added."""

    NOBODY = auto()
    """No enabled account has proven that the address is its own."""
    TOO_MANY = auto()


@dataclass(frozen=True, slots=True)
class Later:
    """Too many addresses were tried. `seconds`: the wait."""

    seconds: int


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody on an app's list."""

    user_id: str
    name: str
    address: str
    standing: Standing
    added_at: datetime


@dataclass(frozen=True, slots=True)
class App:
    """An app on somebody's list."""

    client_id: str
    name: str
    standing: Standing


def standing_of(user_id: str, client_id: str) -> Standing | None:
    """What somebody is to an app; None: nothing. Asked at every request, so it ends at once."""
    wanted = select(ClientPerson.standing).where(
        ClientPerson.client_id == client_id, ClientPerson.user_id == user_id
    )
    return _standing(db.session.scalar(wanted))


def best_standing_of(user_id: str) -> Standing | None:
    """The most that somebody is to any app."""
    found = {app.standing for app in apps_of(user_id)}
    return Standing.OWNER if Standing.OWNER in found else next(iter(found), None)


def apps_of(user_id: str) -> list[App]:
    """By name."""
    wanted = (
        select(Client.client_id, Client.client_name, ClientPerson.standing)
        .join(Client, Client.client_id == ClientPerson.client_id)
        .where(ClientPerson.user_id == user_id)
        .order_by(Client.client_name, Client.client_id)
    )
    return [App(row[0], row[1], Standing(row[2])) for row in db.session.execute(wanted)]


def people_of(client_id: str) -> list[Person]:
    """Owners first, each by name."""
    wanted = (
        select(ClientPerson, User)
        .join(User, User.id == ClientPerson.user_id)
        .where(ClientPerson.client_id == client_id)
        .order_by(ClientPerson.standing.desc(), User.name, User.id)
    )
    return [
        Person(
            user.id,
            user.name,
            user.email.address if user.email else "",
            Standing(row.standing),
            row.added_at,
        )
        for row, user in db.session.execute(wanted)
    ]


def add(
    client: RegisteredClient, address: str, standing: Standing, *, reason: str
) -> Outcome | Refusal | Later:
    """Make somebody with an account owner or contact. Counted by who asks before the address is
    looked up: the answer tells whether an account has it.
    """
    if wait := _wait():
        return Later(max(1, round(wait.total_seconds())))
    user = password.find_user(address)
    if user is None or user.disabled_at or user.email is None or not user.email.verified_at:
        return Refusal.NOBODY
    before = standing_of(user.id, client.client_id)
    if before is standing:
        return Outcome.UNCHANGED
    if before is None and len(people_of(client.client_id)) >= MOST_OF_ONE_APP:
        return Refusal.TOO_MANY
    if not _put(user.id, client.client_id, standing, before):
        return Outcome.UNCHANGED
    _forget_closed_accounts(client.client_id)
    event = catalogue.AppPersonAdded(
        user_id=user.id,
        client_id=client.client_id,
        standing=standing.value,
        before=before.value if before else None,
        reason=reason,
    )
    audit.record(event)
    messages.app_person_added(user, client.client_name, standing)
    return Outcome.DONE


def remove(client: RegisteredClient, user_id: str, *, reason: str) -> Outcome:
    """The app stays as it is, also without anybody."""
    before = standing_of(user_id, client.client_id)
    gone = delete(ClientPerson).where(
        ClientPerson.client_id == client.client_id, ClientPerson.user_id == user_id
    )
    if before is None or rows_changed(gone) != 1:
        return Outcome.UNCHANGED
    event = catalogue.AppPersonRemoved(
        user_id=user_id, client_id=client.client_id, standing=before.value, reason=reason
    )
    audit.record(event)
    if user := db.session.get(User, user_id):
        messages.app_person_removed(user, client.client_name)
    return Outcome.DONE


def _wait() -> timedelta | None:
    """Whoever has a terminal here reads the table anyway."""
    actor = origin.current().actor
    return throttle.take("app_people", user=actor) if actor.startswith("user:") else None


def _put(user_id: str, client_id: str, standing: Standing, before: Standing | None) -> bool:
    """False: somebody else was faster."""
    mine = (ClientPerson.client_id == client_id, ClientPerson.user_id == user_id)
    if before is not None:
        changing = update(ClientPerson).where(*mine, ClientPerson.standing == before.value)
        return rows_changed(changing.values(standing=standing.value)) == 1
    adding = insert(ClientPerson).values(
        id=opaque.identifier(),
        client_id=client_id,
        user_id=user_id,
        standing=standing.value,
        added_by=origin.current().actor,
        added_at=clock.now(),
    )
    return rows_changed(adding.on_conflict_do_nothing()) == 1


def _forget_closed_accounts(client_id: str) -> None:
    """Their rows said that somebody is missing."""
    gone = delete(ClientPerson).where(
        ClientPerson.client_id == client_id, ClientPerson.user_id.is_(None)
    )
    rows_changed(gone)


def _standing(stored: str | None) -> Standing | None:
    return Standing(stored) if stored in set(Standing) else None
