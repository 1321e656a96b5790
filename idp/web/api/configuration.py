"""Clients, groups and claims as one document: taken along, and put back after a look at what would
change. What was looked at is what is done, or nothing.
"""

from __future__ import annotations

import json
from typing import Any

from pydantic import Field

from idp import opaque
from idp.accounts.permissions import Permission
from idp.clients.metadata import Invalid
from idp.configuration import apply, current, plan, wanted
from idp.configuration.apply import Moved
from idp.configuration.plan import Action, Beside, Change
from idp.web import errors, problems
from idp.web.api import reading
from idp.web.api.answering import Answer
from idp.web.api.model import Because, Model
from idp.web.api.operation import Wants, operation
from idp.web.problems import Fault, Kind, Refused

READS, WRITES = Permission.CLIENTS_READ, Permission.CLIENTS_WRITE
LARGEST = 4 * 1024 * 1024
"""Bytes of a request; larger ones come by the command."""
_GROUPS_READ, _GROUPS_WRITE = (Permission.GROUPS_READ,), (Permission.GROUPS_WRITE,)


class Configuration(Model):
    """What `idp export` writes, without secrets (docs/configuration.md)."""

    version: int
    claims: dict[str, Any] = Field(default_factory=dict)
    groups: dict[str, Any] = Field(default_factory=dict)
    clients: dict[str, Any] = Field(default_factory=dict)


class WantedConfiguration(Model):
    """How it shall be."""

    configuration: Configuration
    others: Beside = Field(Beside.LEFT_ALONE, description="What becomes of what it does not name.")


class AppliedConfiguration(Because, WantedConfiguration):
    """The same, and why."""


class Difference(Model):
    """Something that would be different. `before` and `after`: its members."""

    section: str
    name: str
    action: Action
    before: dict[str, Any]
    after: dict[str, Any]


class Plan(Model):
    """Everything that would be different; nothing: it is so already."""

    changes: list[Difference]


class NewSecret(Model):
    """Of a new client, shown this once."""

    client_id: str
    client_secret: str


class Applied(Plan):
    """What was changed."""

    secrets: list[NewSecret]


@operation("GET", "/configuration", READS, answer=Configuration, besides=_GROUPS_READ)
def export_configuration() -> Answer:
    """Clients, groups and claims, always in the same order and without secrets."""
    return Answer(Configuration(**current.exported()))


@operation(
    "POST", "/configuration/plan", WRITES, body=WantedConfiguration, answer=Plan,
    besides=_GROUPS_WRITE, largest_body=LARGEST,
)  # fmt: skip
def plan_configuration(given: WantedConfiguration) -> Answer:
    """Say what would be different, and change nothing. The `ETag` names these differences."""
    changes = _planned(given)
    return Answer(Plan(changes=[_shown(one) for one in changes]), version=_version(changes))


@operation(
    "POST", "/configuration/apply", WRITES, body=AppliedConfiguration, answer=Applied,
    wants=(Wants.VERSION, Wants.KEY), besides=_GROUPS_WRITE, largest_body=LARGEST,
)  # fmt: skip
def apply_configuration(given: AppliedConfiguration) -> Answer:
    """Make it so: everything that the plan of this `ETag` says, or nothing."""
    changes = _planned(given)
    reading.require_version(_version(changes))
    try:
        secrets = apply.apply(changes, reason=given.reason)
    except Moved:
        errors.undo()
        raise Refused(Kind.OUTDATED) from None
    told = [NewSecret(client_id=one.client_id, client_secret=one.client_secret) for one in secrets]
    return Answer(Applied(changes=[_shown(one) for one in changes], secrets=told))


def _planned(given: WantedConfiguration) -> list[Change]:
    objects = wanted.read(given.configuration.model_dump(exclude_unset=True))
    found = objects if isinstance(objects, Invalid) else plan.plan(objects, given.others)
    if isinstance(found, Invalid):
        faults = (
            Fault(text, pointer=problems.pointer("configuration", *place.split("/")))
            for place, text in found.problems.items()
        )
        raise Refused(Kind.INVALID, None, *faults)
    return found


def _shown(change: Change) -> Difference:
    members = change.fields
    return Difference(
        section=change.place.section.value,
        name=change.place.name,
        action=change.action,
        before={name: old for name, (old, _) in members.items() if old is not None},
        after={name: new for name, (_, new) in members.items() if new is not None},
    )


def _version(changes: list[Change]) -> str:
    told = [_shown(one).model_dump(mode="json") for one in changes]
    return opaque.digest(json.dumps(told, sort_keys=True)).hex()[:32]
