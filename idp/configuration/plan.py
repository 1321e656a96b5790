"""The difference between what is there and what a document wants, object by object."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from idp import opaque
from idp.clients import administration, register, registry
from idp.clients.metadata import Invalid
from idp.configuration import current
from idp.configuration.objects import Document, Place, Section, Stored, Wanted


class Action(StrEnum):
    """What becomes of an object."""

    CREATE = "create"
    CHANGE = "change"
    REMOVE = "remove"


class Beside(StrEnum):
    """What becomes of objects that the document does not name."""

    LEFT_ALONE = "left-alone"
    PRUNED = "pruned"


@dataclass(frozen=True, slots=True)
class Change:
    """`wanted` is None of what goes, `stored` of what is new."""

    place: Place
    action: Action
    stored: Stored | None
    wanted: Wanted | None

    @property
    def digest(self) -> str:
        """Names the change: what it starts from and where it leads."""
        version = self.stored.version if self.stored else ""
        after = self.wanted.document if self.wanted else None
        whole = json.dumps([str(self.place), self.action, version, after], sort_keys=True)
        return opaque.digest(whole).hex()

    @property
    def fields(self) -> dict[str, tuple[Any, Any]]:
        """By member, what it was and what it becomes; None: not set."""
        before: Document = self.stored.document if self.stored else {}
        after: Document = self.wanted.document if self.wanted else {}
        return {
            member: (before.get(member), after.get(member))
            for member in (*before, *(one for one in after if one not in before))
            if before.get(member) != after.get(member)
        }


def plan(wanted: Mapping[Place, Wanted], beside: Beside) -> list[Change] | Invalid:
    """In the order of the document; nothing: it is so already. Asks hosts of clients what only they
    can tell, and writes nothing.
    """
    stored = current.objects()
    changes = [
        change
        for place, one in wanted.items()
        if (change := _change(place, stored.get(place), one)) is not None
    ]
    if beside is Beside.PRUNED:
        changes += [
            Change(place, Action.REMOVE, one, None)
            for place, one in stored.items()
            if place not in wanted
        ]
    changes.sort(key=lambda one: (list(Section).index(one.place.section), one.place.name))
    wrong = _problems(changes, wanted)
    return Invalid(wrong) if wrong else changes


def version_of(changes: Iterable[Change]) -> str:
    """Names a plan, so that what is applied is what was looked at."""
    return opaque.digest("".join(change.digest for change in changes)).hex()


def _change(place: Place, stored: Stored | None, wanted: Wanted) -> Change | None:
    if stored is None:
        return Change(place, Action.CREATE, None, wanted)
    if stored.document == wanted.document:
        return None
    return Change(place, Action.CHANGE, stored, wanted)


def _problems(changes: list[Change], wanted: Mapping[Place, Wanted]) -> dict[str, str]:
    found: dict[str, str] = {}
    groups = {place.name for place in wanted if place.section is Section.GROUPS}
    for change in changes:
        if change.place.section is not Section.CLIENTS:
            continue
        now = registry.read(change.place.name)
        if now is not None and administration.is_out_of_reach(now):
            found[str(change.place)] = administration.ONLY_OWNERS
        elif change.wanted is None:
            continue
        elif change.action is Action.CREATE and now is not None:
            found[str(change.place)] = "registered itself, and looks after itself"
        elif invalid := register.judge(change.wanted.proposed, groups_beside=groups):
            found |= {f"{change.place}/{one}": text for one, text in invalid.problems.items()}
    return found | _missed(changes, wanted)


def _missed(changes: list[Change], wanted: Mapping[Place, Wanted]) -> dict[str, str]:
    """Groups that would go although an app admits their members only."""
    gone = [one.place for one in changes if one.action is Action.REMOVE]
    groups = {one.name: one for one in gone if one.section is Section.GROUPS}
    if not groups:
        return {}
    leaving = {one.name for one in gone if one.section is Section.CLIENTS}
    needed = {
        client.client_id: client.allowed_groups
        for client in registry.everyone()
        if client.client_id not in leaving
    } | {
        place.name: one.proposed.allowed_groups
        for place, one in wanted.items()
        if place.section is Section.CLIENTS
    }
    return {
        str(groups[name]): f"would be removed, and {client_id} admits its members only"
        for client_id, admitted in needed.items()
        for name in admitted
        if name in groups
    }
