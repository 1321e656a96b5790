"""Who looks after an app: its owners and contacts."""

from __future__ import annotations

from datetime import datetime

from pydantic import Field

from idp.accounts import app_people
from idp.accounts.app_people import Later, Refusal
from idp.accounts.outcome import Outcome
from idp.accounts.permissions import Permission
from idp.models import Standing
from idp.web import problems
from idp.web.access import Reach
from idp.web.api.answering import Answer
from idp.web.api.clients.show import changeable, existing
from idp.web.api.model import Because, Changed, Model
from idp.web.api.operation import operation
from idp.web.problems import Fault, Kind, Refused

WRITES = Permission.OWN_CLIENT_WRITE
_REFUSALS = {
    Refusal.NOBODY: "Nobody with an account here has proven to have this address.",
    Refusal.TOO_MANY: "The list is full.",
}


class NewPerson(Because):
    """Whom, and as what."""

    email: str = Field(min_length=3, max_length=320)
    standing: Standing


class Person(Model):
    """Somebody who looks after an app."""

    user_id: str
    name: str
    email: str
    standing: Standing
    added_at: datetime


class PersonList(Model):
    """Owners first."""

    items: list[Person]


@operation(
    "GET", "/clients/<path:client_id>/people", Permission.CLIENTS_READ, answer=PersonList,
    reach=Reach.THIS_CLIENT,
)  # fmt: skip
def list_client_people(client_id: str) -> Answer:
    """Owners and contacts of an app."""
    items = [
        Person(
            user_id=one.user_id,
            name=one.name,
            email=one.address,
            standing=one.standing,
            added_at=one.added_at,
        )
        for one in app_people.people_of(existing(client_id).client_id)
    ]
    return Answer(PersonList(items=items))


@operation(
    "POST", "/clients/<path:client_id>/people", WRITES, body=NewPerson, answer=Changed,
    refuses=(Kind.OUT_OF_REACH,), reach=Reach.THIS_CLIENT,
)  # fmt: skip
def add_client_person(client_id: str, given: NewPerson) -> Answer:
    """Make somebody owner or contact of an app. They are told by mail."""
    found = changeable(client_id)
    match app_people.add(found, given.email, given.standing, reason=given.reason):
        case Refusal() as refusal:
            fault = Fault(_REFUSALS[refusal], pointer=problems.pointer("email"))
            raise Refused(Kind.INVALID, None, fault)
        case Later(seconds=seconds):
            raise Refused(Kind.TOO_MANY, headers={"Retry-After": str(seconds)})
        case outcome:
            return Answer(Changed(changed=outcome is Outcome.DONE))


@operation(
    "POST", "/clients/<path:client_id>/people/<user_id>/remove", WRITES, body=Because,
    answer=Changed, refuses=(Kind.OUT_OF_REACH,), reach=Reach.THIS_CLIENT,
)  # fmt: skip
def remove_client_person(client_id: str, user_id: str, given: Because) -> Answer:
    """Take somebody off an app's list; its pages are closed to them at once."""
    outcome = app_people.remove(changeable(client_id), user_id, reason=given.reason)
    return Answer(Changed(changed=outcome is Outcome.DONE))
