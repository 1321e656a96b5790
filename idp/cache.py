"""Slow rows kept in the process: clients and signing keys, each set with a version in the database.

A change raises the version in its own transaction. Every process compares at most once a second, so
nothing here is staler than that; a change committed by this process is seen at once. A unit of work
that has changed something reads past the cache and leaves nothing in it: a rollback cannot poison.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from sqlalchemy import event, select

from idp.extensions import db, insert, kept, unit_of_work
from idp.models import CacheVersion

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

V = TypeVar("V")

EXTENSION = "idp.cache"
MAXIMUM_AGE_SECONDS = 1.0
_CHANGED = "idp.cache.changed"


@dataclass(frozen=True, slots=True)
class _Comparison:
    """The versions that were read, when, and after how many commits of this process."""

    versions: dict[str, int]
    made_at: float
    commits: int


@dataclass(slots=True)
class _Shared:
    """What one process knows of its app's database; each field is replaced as a whole."""

    commits: int = 0
    """Grows when this process commits a change: no comparison begun before that counts any more."""
    comparison: _Comparison = _Comparison({}, float("-inf"), -1)
    entries: dict[str, tuple[int, dict[str, Any]]] = field(default_factory=dict)


class Cache(Generic[V]):
    """The entries of one set of rows, by key."""

    def __init__(self, name: str, maximum_entries: int) -> None:
        self.name = name
        self.maximum_entries = maximum_entries

    def entries(self) -> dict[str, V]:
        """The entries known to be current, to read and to add to.

        They belong to one version: who adds late, adds to a dictionary that nobody asks any more.
        """
        unit = unit_of_work()
        if unit is not None and self.name in unit.info.get(_CHANGED, ()):
            return {}
        shared = _here()
        version = _versions(shared).get(self.name, 0)
        known = shared.entries.get(self.name)
        if known is None or known[0] != version or len(known[1]) > self.maximum_entries:
            known = shared.entries[self.name] = (version, {})
        return known[1]


def changed(name: str) -> None:
    """Raise the version of a set, in the unit of work that changes its rows."""
    raised = insert(CacheVersion).values(name=name, version=1)
    raised = raised.on_conflict_do_update(
        index_elements=[CacheVersion.name], set_={"version": CacheVersion.version + 1}
    )
    db.session.execute(raised)
    db.session.info.setdefault(_CHANGED, set()).add(name)


def witness() -> Callable[[], bool]:
    """Says, from now on and without any app, whether what is read from these sets after this call
    would still be read so: nothing has changed, as far as a process knows that compares once a
    second.
    """
    shared = _here()
    seen = shared.comparison

    def holds() -> bool:
        return shared.comparison is seen and _is_good(shared)

    return holds


def _here() -> _Shared:
    here = kept()
    try:
        found: _Shared = here[EXTENSION]
    except KeyError:  # two threads may come here: what the first has made is everybody's
        found = here.setdefault(EXTENSION, _Shared())
    return found


def _is_good(shared: _Shared) -> bool:
    last = shared.comparison
    is_young = time.monotonic() - last.made_at < MAXIMUM_AGE_SECONDS
    return is_young and last.commits == shared.commits


def _versions(shared: _Shared) -> dict[str, int]:
    if _is_good(shared):
        return shared.comparison.versions
    # Time and commits are noted before the versions are read, and the versions before any row: what
    # happens in between makes an entry newer than its version says, never older.
    made_at, commits = time.monotonic(), shared.commits
    rows = db.session.execute(select(CacheVersion.name, CacheVersion.version))
    shared.comparison = _Comparison(dict(rows.all()), made_at, commits)
    return shared.comparison.versions


@event.listens_for(db.session, "after_commit")
def _count_commit(session: Session) -> None:
    # A released savepoint comes here too; the change is still nobody else's business then.
    if not session.in_nested_transaction() and session.info.pop(_CHANGED, None):
        _here().commits += 1


@event.listens_for(db.session, "after_rollback")
def _forget_change(session: Session) -> None:
    if not session.in_nested_transaction():
        session.info.pop(_CHANGED, None)
