"""Groups as rows: made, changed, removed and listed by whoever may, one way in."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from typing import Any

from sqlalchemy import delete, func, select, update

from idp import audit, clock, opaque
from idp.accounts.groups.proposed import KnownGroup, ProposedGroup, as_document, problems
from idp.accounts.invalid import Invalid
from idp.audit import catalogue
from idp.clients import registry
from idp.extensions import db, insert, rows_changed
from idp.models import Group, GroupMember

_HIGHEST = "\U0010ffff"


@dataclass(frozen=True, slots=True)
class Outdated:
    """Somebody else has changed it meanwhile: as it is now."""

    group: KnownGroup


@dataclass(frozen=True, slots=True)
class InUse:
    """Apps admit only its members: without it they would admit nobody."""

    client_names: tuple[str, ...]


Changed = KnownGroup | Invalid | Outdated | None
"""None: there is no such group."""


@dataclass(frozen=True, slots=True)
class Page:
    """`after`: the name that the next page begins behind; None at the end."""

    groups: list[KnownGroup]
    after: str | None


def find(name: str) -> KnownGroup | None:
    """The group of this name."""
    row = db.session.scalar(_read().where(Group.name == name))
    return _known(row) if row else None


def get(group_id: str) -> KnownGroup | None:
    """The group of this row."""
    row = db.session.scalar(_read().where(Group.id == group_id))
    return _known(row) if row else None


def everyone() -> list[KnownGroup]:
    """By name."""
    return [_known(row) for row in db.session.scalars(_read().order_by(Group.name))]


def search(beginning: str = "", *, size: int, after: str | None = None) -> Page:
    """By name, those whose name begins so."""
    wanted = _read().where(Group.name >= beginning, Group.name < beginning + _HIGHEST)
    if after is not None:
        wanted = wanted.where(Group.name > after)
    rows = list(db.session.scalars(wanted.order_by(Group.name).limit(size + 1)))
    shown = [_known(row) for row in rows[:size]]
    return Page(shown, shown[-1].name if len(rows) > size else None)


def sizes(groups: list[KnownGroup]) -> dict[str, int]:
    """Of these groups, how many members each has, by id."""
    counted = select(GroupMember.group_id, func.count()).where(
        GroupMember.group_id.in_([group.id for group in groups])
    )
    return {row[0]: row[1] for row in db.session.execute(counted.group_by(GroupMember.group_id))}


def version_of(group: ProposedGroup) -> str:
    """Names a state of the group; its members are no part of it."""
    document = json.dumps({"name": group.name} | as_document(group), sort_keys=True)
    return opaque.digest(document).hex()[:32]


def create(proposed: ProposedGroup) -> KnownGroup | Invalid:
    """A new group, without members."""
    if wrong := problems(proposed):
        return Invalid(wrong)
    row_id, now = opaque.identifier(), clock.now()
    values = _columns(proposed) | {"id": row_id, "created_at": now, "updated_at": now}
    made = insert(Group).values(name=proposed.name, **values)
    if not rows_changed(made.on_conflict_do_nothing()):
        return Invalid({"name": "there is a group of this name already"})
    audit.record(catalogue.GroupCreated(group=proposed.name, roles=list(proposed.roles)))
    return KnownGroup(**asdict(proposed), id=row_id)


def change(name: str, version: str, proposed: ProposedGroup) -> Changed:
    """Only if it still is what its editor saw. The name stays: it is what apps are told."""
    if wrong := problems(proposed):
        return Invalid(wrong)
    if proposed.name != name:
        return Invalid({"name": "cannot be changed; make another group"})
    before = _locked(name)
    if before is None:
        return None
    if version_of(before) != version:
        return Outdated(before)
    after = KnownGroup(**asdict(proposed), id=before.id)
    if after == before:
        return before
    own = update(Group).where(Group.id == before.id)
    rows_changed(own.values(**_columns(proposed), updated_at=clock.now()))
    old, new = as_document(before), as_document(after)
    changed = sorted(one for one in old.keys() | new.keys() if old.get(one) != new.get(one))
    audit.record(catalogue.GroupChanged(group=name, changed=changed))
    return after


def remove(name: str) -> InUse | bool:
    """The group and who was in it. False: there is none."""
    found = _locked(name)
    if found is None:
        return False
    if needing := clients_needing(name):
        return InUse(needing)
    rows_changed(delete(Group).where(Group.id == found.id))
    audit.record(catalogue.GroupRemoved(group=name))
    return True


def remove_as_seen(name: str, version: str) -> InUse | Outdated | bool:
    """The same for somebody who has looked at it: only if it still is what they saw."""
    now = _locked(name)
    if now is not None and version_of(now) != version:
        return Outdated(now)
    return remove(name)


def clients_needing(name: str) -> tuple[str, ...]:
    """The names of the apps that admit its members."""
    return tuple(
        client.client_name for client in registry.everyone() if name in client.allowed_groups
    )


def _locked(name: str) -> KnownGroup | None:
    """As it is now. The row is locked, so that of two editors the second sees the first."""
    if not rows_changed(update(Group).where(Group.name == name).values(name=Group.name)):
        return None
    return find(name)


def _read() -> Any:  # noqa: ANN401  a SELECT
    return select(Group).execution_options(populate_existing=True)


def _known(row: Group) -> KnownGroup:
    return KnownGroup(
        id=row.id,
        name=row.name,
        display_name=row.display_name,
        description=row.description,
        roles=tuple(row.roles),
    )


def _columns(proposed: ProposedGroup) -> dict[str, Any]:
    return {
        "display_name": proposed.display_name,
        "description": proposed.description,
        "roles": list(proposed.roles),
    }
