"""Lists and searches of the administration walk an index in the order of their pages, however many
rows there are: shown by PostgreSQL's own plans.

Reading a whole table and sorting are switched off for the planner, so it does either only where
there is no index that would do.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any, TypeAlias

import pytest
from flask import Flask
from sqlalchemy import event, text

from idp import clock, opaque
from idp.accounts import directory
from idp.audit import history, search
from idp.audit.search import Filter
from idp.authentication import imported_password, session_list
from idp.clients import listing
from idp.doctor import people as doctor
from idp.extensions import db
from idp.jobs import purge
from tests.support.databases import EngineKind

pytestmark = pytest.mark.parametrize("engine_kind", [EngineKind.POSTGRESQL], indirect=True)

ONLY_BY_INDEX = "SET enable_seqscan = off; SET enable_sort = off; SET enable_bitmapscan = off"
ONE_PERSONS = {"sessions", "authentication_events"}
"""Of one person there are few, so that sorting them is nothing."""
SMALL = {"audit_chain", "tallies", "heartbeats", "buckets", "cache_versions", "groups"}
"""Tables that never have many rows."""
SOMEBODY = opaque.identifier()

Statement: TypeAlias = tuple[str, Any]


@contextmanager
def statements() -> Iterator[list[Statement]]:
    """Everything that the block asks of the database, with its values."""
    seen: list[Statement] = []

    def note(_c: object, _cursor: object, statement: str, values: Any, *_rest: object) -> None:
        if statement.lstrip()[:6].upper() in {"SELECT", "DELETE", "UPDATE"}:
            seen.append((statement, values))

    event.listen(db.engine, "before_cursor_execute", note)
    try:
        yield seen
    finally:
        event.remove(db.engine, "before_cursor_execute", note)


def nodes(plan: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield plan
    for below in plan.get("Plans", ()):
        yield from nodes(below)


def complaints(statement: str, values: Any) -> list[str]:
    """Tables that are read whole, and rows that are sorted."""
    with db.engine.connect() as connection:
        connection.execute(text(ONLY_BY_INDEX))
        cursor = connection.connection.cursor()
        cursor.execute(f"EXPLAIN (FORMAT JSON) {statement}", values)
        found = cursor.fetchone()[0]
    plan = (json.loads(found) if isinstance(found, str) else found)[0]["Plan"]
    return [
        f"{node['Node Type']} {node.get('Relation Name', '')} in: {statement}"
        for node in nodes(plan)
        if (node["Node Type"] == "Seq Scan" and node["Relation Name"] not in SMALL)
        # An incremental one sorts rows that are equal in what the index is in order of.
        or (
            node["Node Type"] == "Sort"
            and not _is_of_one_person(node)
            and not _is_of_unsealed(node)
        )
    ]


def _is_of_unsealed(sort: dict[str, Any]) -> bool:
    """Of the log's last second."""
    return {one.get("Index Name") for one in nodes(sort)} - {None} == {"ix_audit_events_unsealed"}


def _is_of_one_person(sort: dict[str, Any]) -> bool:
    below = {one.get("Relation Name") for one in nodes(sort)} - {None}
    return below <= ONE_PERSONS


@pytest.fixture
def walks_indexes(app: Flask) -> Callable[[Callable[[], object]], None]:
    def check(look: Callable[[], object]) -> None:
        with app.app_context():
            with statements() as seen:
                look()
            db.session.commit()
            assert seen
            assert [one for statement in seen for one in complaints(*statement)] == []

    return check


PEOPLE = {
    "newest": ("", None),
    "further": ("", SOMEBODY),
    "by their beginning": ("ann", None),
    "by their beginning, further": ("ann", f"address.{SOMEBODY}"),
    "by their name, further": ("ann", f"name.{SOMEBODY}"),
}


@pytest.mark.parametrize(("typed", "after"), PEOPLE.values(), ids=PEOPLE)
def test_people(a, walks_indexes, typed: str, after: str | None) -> None:
    a.user()

    walks_indexes(lambda: directory.search(typed, size=25, after=after))


def test_one_person(a, walks_indexes) -> None:
    user = a.user()

    def look() -> None:
        directory.find(user.id)
        session_list.of(user.id)
        history.of_user(user.id, ["session_begun", "session_ended"], size=25, before=SOMEBODY)

    walks_indexes(look)


@pytest.mark.parametrize("words", ["", "photos"])
@pytest.mark.parametrize("only", [None, *listing.Only])
def test_apps(a, walks_indexes, words: str, only: listing.Only | None) -> None:
    a.client()

    walks_indexes(lambda: listing.search(words, only, before=SOMEBODY))


NOW = clock.now()
FILTERS = {
    "nothing": Filter(),
    "actor": Filter(actor="cli:root"),
    "user": Filter(user_id=SOMEBODY),
    "client": Filter(client_id="photos"),
    "kind": Filter(type="session_begun"),
    "address": Filter(address="192.0.2.1"),
    "session": Filter(sid="s"),
    "reference": Filter(reference="ABCD-EFGH"),
    "since": Filter(since=NOW - timedelta(days=1)),
    "until": Filter(until=NOW),
    "client and kind": Filter(client_id="photos", type="totp_rejected"),
    "user and kind": Filter(user_id=SOMEBODY, type="session_begun"),
    "kind and time": Filter(type="session_begun", since=NOW - timedelta(days=1), until=NOW),
    "all": Filter("cli:root", SOMEBODY, "photos", "x", "192.0.2.1", "s", "r", NOW, NOW),
}


@pytest.mark.parametrize("before", [None, SOMEBODY], ids=["first page", "further"])
@pytest.mark.parametrize("wanted", FILTERS.values(), ids=FILTERS)
def test_events(walks_indexes, wanted: Filter, before: str | None) -> None:
    walks_indexes(lambda: search.find(wanted, size=50, before=before))


def test_the_kinds_of_events_there_are(a, walks_indexes) -> None:
    a.user()

    walks_indexes(search.known_types)


def test_administrators_among_many_people(walks_indexes) -> None:
    walks_indexes(lambda: list(doctor.look()))


def test_imported_passwords_that_wait_for_the_job(walks_indexes) -> None:
    walks_indexes(lambda: imported_password.waiting(50))


def test_what_is_purged_is_found_by_an_index(walks_indexes) -> None:
    walks_indexes(lambda: purge.run(clock.now()))
