"""The definitions, kept in the process as clients are; written by whoever may, one way in."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from sqlalchemy import delete, select, update

from idp import audit, cache, clock, opaque
from idp.accounts.custom_claims import names
from idp.accounts.custom_claims.definition import (
    Definition,
    ProposedClaim,
    as_document,
    problems,
)
from idp.accounts.invalid import Invalid
from idp.audit import catalogue
from idp.cache import Cache
from idp.extensions import db, insert, rows_changed
from idp.models import ClaimDefinition

CACHE_NAME = "claims"

_cache: Cache[tuple[Definition, ...]] = Cache(CACHE_NAME, maximum_entries=1)
_EVERYONE = "everyone"

_READ = select(ClaimDefinition).order_by(ClaimDefinition.name)


@dataclass(frozen=True, slots=True)
class Outdated:
    """Somebody else has changed it meanwhile: as it is now."""

    claim: Definition


Changed = Definition | Invalid | Outdated | None
"""None: there is no such claim."""


def everyone() -> tuple[Definition, ...]:
    """By name. A name that is reserved is not among them, however it came into the table (R66)."""
    entries = _cache.entries()
    found = entries.get(_EVERYONE)
    if found is None:
        rows = db.session.scalars(_READ.execution_options(populate_existing=True))
        found = entries[_EVERYONE] = tuple(
            _definition(row)
            for row in rows
            if not (names.name_problem(row.name) or names.scope_problem(row.scope))
        )
    return found


def by_scope() -> Mapping[str, tuple[str, ...]]:
    """The names that each scope releases."""
    found: dict[str, tuple[str, ...]] = {}
    for claim in everyone():
        found[claim.scope] = (*found.get(claim.scope, ()), claim.name)
    return found


def find(name: str) -> Definition | None:
    """The claim of this name."""
    return next((claim for claim in everyone() if claim.name == name), None)


def get(claim_id: str) -> Definition | None:
    """The claim of this row."""
    return next((claim for claim in everyone() if claim.id == claim_id), None)


def version_of(claim: ProposedClaim) -> str:
    """Names a state of the definition."""
    document = json.dumps({"name": claim.name} | as_document(claim), sort_keys=True)
    return opaque.digest(document).hex()[:32]


def define(proposed: ProposedClaim) -> Definition | Invalid:
    """A new claim. Nobody has a value for it yet, whatever its name has meant before."""
    if wrong := problems(proposed):
        return Invalid(wrong)
    row_id = opaque.identifier()
    now = clock.now()
    values = _columns(proposed) | {"id": row_id, "created_at": now, "updated_at": now}
    made = insert(ClaimDefinition).values(name=proposed.name, **values)
    if not rows_changed(made.on_conflict_do_nothing()):
        return Invalid({"name": "is defined already"})
    _done(catalogue.ClaimDefined(claim=proposed.name, scope=proposed.scope))
    return Definition(**asdict(proposed), id=row_id)


def change(name: str, version: str, proposed: ProposedClaim) -> Changed:
    """Only if it still is what its editor saw. The name stays: it is what apps are told. A value
    that does not match any more is not told.
    """
    if wrong := problems(proposed):
        return Invalid(wrong)
    if proposed.name != name:
        return Invalid({"name": "cannot be changed; define another claim"})
    before = _locked(name)
    if before is None:
        return None
    if version_of(before) != version:
        return Outdated(before)
    after = Definition(**asdict(proposed), id=before.id)
    if after == before:
        return before
    same_row = update(ClaimDefinition).where(ClaimDefinition.id == before.id)
    rows_changed(same_row.values(**_columns(proposed), updated_at=clock.now()))
    old, new = as_document(before), as_document(after)
    changed = sorted(one for one in old.keys() | new.keys() if old.get(one) != new.get(one))
    _done(catalogue.ClaimChanged(claim=name, changed=changed))
    return after


def remove(name: str) -> bool:
    """No app is told it any more, and its values are out of reach. False: there is none."""
    if not rows_changed(delete(ClaimDefinition).where(ClaimDefinition.name == name)):
        return False
    _done(catalogue.ClaimRemoved(claim=name))
    return True


def remove_as_seen(name: str, version: str) -> Outdated | bool:
    """The same for somebody who has looked at it: only if it still is what they saw."""
    now = _locked(name)
    if now is not None and version_of(now) != version:
        return Outdated(now)
    return remove(name)


def _locked(name: str) -> Definition | None:
    """As it is now. The row is locked, so that of two editors the second sees the first."""
    own = update(ClaimDefinition).where(ClaimDefinition.name == name)
    if not rows_changed(own.values(name=ClaimDefinition.name)):
        return None
    mine = _READ.where(ClaimDefinition.name == name).execution_options(populate_existing=True)
    return _definition(db.session.scalars(mine).one())


def _definition(row: ClaimDefinition) -> Definition:
    return Definition(
        id=row.id,
        name=row.name,
        type=row.type,
        multiple=row.multiple,
        scope=row.scope,
        description=row.description,
        schema=row.schema,
    )


def _columns(proposed: ProposedClaim) -> dict[str, Any]:
    return {
        "type": proposed.type,
        "multiple": proposed.multiple,
        "scope": proposed.scope,
        "description": proposed.description,
        "schema": proposed.schema,
    }


def _done(event: catalogue.Event) -> None:
    cache.changed(CACHE_NAME)
    audit.record(event)
