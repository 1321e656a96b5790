"""Sealed or not, an event is found by everything that is known of it: once, and in its place."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any, TypeAlias

import pytest
from flask import Flask
from sqlalchemy import event, select, text

from idp import audit, clock, origin
from idp.accounts import export
from idp.audit import activity, catalogue, evidence, history, search
from idp.audit.search import Filter
from idp.clients import listing
from idp.extensions import db
from idp.jobs import seal_audit
from idp.models import AuditEvent, User
from tests.support.databases import EngineKind
from tests.support.factories import Factory
from tests.unit.conftest import Work

Happen: TypeAlias = Callable[..., None]

SIGN_IN = activity.SIGN_INS
PLACES = {
    "sealed": (True, True, True),
    "unsealed": (False, False, False),
    "the oldest sealed": (True, False, False),
    "the one in the middle committed late": (True, False, True),
}


@pytest.fixture(autouse=True)
def somebody_asks() -> Iterator[None]:
    origin.enter(origin.Origin("192.0.2.7", "Firefox", "ABCD-1234", "user:01J", "the-sid"))
    yield
    origin.enter(origin.Origin())


@pytest.fixture
def user(a: Factory) -> str:
    return str(a.user().id)


@pytest.fixture
def log(work: Work, user: str) -> Callable[[tuple[bool, ...]], list[str]]:
    """`log((True, False))`: so many events of one kind, each sealed or not; returns their ids."""

    def write(are_sealed: tuple[bool, ...]) -> list[str]:
        work(lambda: seal_audit.run(clock.now()))
        before = work(lambda: set(db.session.scalars(select(AuditEvent.id))))
        for _ in are_sealed:
            work(lambda: audit.record(_session_begun(user)))
        every = select(AuditEvent.id).order_by(AuditEvent.id)
        ours = [one for one in work(lambda: list(db.session.scalars(every))) if one not in before]
        _seal(work, [one for one, is_sealed in zip(ours, are_sealed, strict=True) if is_sealed])
        return ours

    return write


def _seal(work: Work, ids: list[str]) -> None:
    """By hand, so that one in the middle can be left out."""
    place = text("UPDATE audit_events SET sequence = :place WHERE id = :id")
    for number, one in enumerate(ids):
        values = {"place": 1000 + number, "id": one}
        work(lambda values=values: db.session.execute(place, values))  # type: ignore[misc]


def _filters(user: str) -> dict[str, Filter]:
    hour = timedelta(hours=1)
    return {
        "nothing": Filter(type=SIGN_IN),
        "actor": Filter(actor="user:01J", type=SIGN_IN),
        "user": Filter(user_id=user, type=SIGN_IN),
        "client": Filter(client_id="photos"),
        "address": Filter(address="192.0.2.7", type=SIGN_IN),
        "session": Filter(sid="the-sid", type=SIGN_IN),
        "reference": Filter(reference="ABCD-1234", type=SIGN_IN),
        "since": Filter(client_id="photos", since=clock.now() - hour),
        "until": Filter(client_id="photos", until=clock.now() + hour),
    }


@pytest.mark.parametrize("are_sealed", PLACES.values(), ids=PLACES)
def test_every_search_finds_both_in_their_order(
    work: Work, user: str, log: Callable[..., list[str]], are_sealed: tuple[bool, ...]
) -> None:
    ids = log(are_sealed)

    for name, wanted in _filters(user).items():
        whole = work(lambda wanted=wanted: _ids(search.find(wanted, size=9)))  # type: ignore[misc]
        assert whole == ids[::-1], name
        first = work(lambda wanted=wanted: search.find(wanted, size=2))  # type: ignore[misc]
        assert first.before == ids[1], name
        rest = work(lambda wanted=wanted: search.find(wanted, size=2, before=ids[1]))  # type: ignore[misc]
        assert (_ids(rest), rest.before) == (ids[:1], None), name


@pytest.mark.parametrize("are_sealed", PLACES.values(), ids=PLACES)
def test_so_does_whatever_else_reads_the_log(
    work: Work, user: str, log: Callable[..., list[str]], are_sealed: tuple[bool, ...]
) -> None:
    ids = log(are_sealed)

    def look() -> dict[str, Any]:
        person = db.session.get_one(User, user)
        told = evidence.of_session("the-sid")
        assert told is not None
        return {
            "history": _ids(history.of_user(user, [SIGN_IN], size=9)),
            "evidence": [one.id for one in told.events if one.type == SIGN_IN],
            "exported": [row["type"] for row in export.of(person)["activity"]].count(SIGN_IN),
            "counted": sum(hour.get(SIGN_IN, 0) for hour in activity.by_hour(2).values()),
            "kinds": search.known_types().count(SIGN_IN),
        }

    assert work(look) == {
        "history": ids[::-1],
        "evidence": ids,
        "exported": 3,
        "counted": 3,
        "kinds": 1,
    }


@pytest.mark.parametrize("is_sealed", [True, False], ids=["sealed", "unsealed"])
def test_the_newest_use_of_an_app_is_told(work: Work, a: Factory, *, is_sealed: bool) -> None:
    client_id = a.client().client_id
    work(lambda: audit.record(_code_issued(client_id)))
    work(lambda: seal_audit.run(clock.now()))
    work(lambda: audit.record(_code_issued(client_id)))
    newest = select(AuditEvent.happened_at).order_by(AuditEvent.id.desc()).limit(1)
    if is_sealed:
        work(lambda: seal_audit.run(clock.now()))

    used_at = work(lambda: listing.last_used(client_id))

    assert used_at == work(lambda: db.session.scalar(newest))
    listed = work(lambda: {one.client_id: one.last_used_at for one in listing.search().clients})
    assert listed[client_id] == used_at


def test_what_is_sealed_between_the_two_questions_is_found_once(
    app: Flask, work: Work, user: str, log: Callable[..., list[str]]
) -> None:
    ids = log((False, False))
    asked: list[str] = []

    def seal_after_the_first(_c: object, _cursor: object, statement: str, *_rest: object) -> None:
        if "FROM audit_events" in statement and not asked:
            asked.append(statement)
            with app.app_context():
                _seal(work, ids)

    with app.app_context():
        event.listen(db.engine, "after_cursor_execute", seal_after_the_first)
        try:
            found = _ids(search.find(Filter(client_id="photos"), size=9))
        finally:
            event.remove(db.engine, "after_cursor_execute", seal_after_the_first)

    assert "sequence IS NULL" in asked[0]
    assert found == ids[::-1]


@pytest.mark.parametrize("engine_kind", [EngineKind.SQLITE], indirect=True)
def test_sqlite_looks_through_the_unsealed_only(app: Flask, work: Work, user: str) -> None:
    """In the order of their ids it would go through all that was ever recorded."""
    plans: list[str] = []

    def explain(connection: Any, _cursor: object, statement: str, values: Any, *_: object) -> None:
        if "sequence IS NULL" in statement and not statement.startswith("EXPLAIN"):
            cursor = connection.connection.cursor()
            steps = cursor.execute(f"EXPLAIN QUERY PLAN {statement}", values).fetchall()
            plans.append(" / ".join(str(step[3]) for step in steps))

    with app.app_context():
        event.listen(db.engine, "before_cursor_execute", explain)
        try:
            for wanted in _filters(user).values():
                search.find(wanted, size=9)
        finally:
            event.remove(db.engine, "before_cursor_execute", explain)

    assert len(plans) >= len(_filters(user))
    assert [plan for plan in plans if "ix_audit_events_unsealed" not in plan] == []


def _session_begun(user: str) -> catalogue.SessionBegun:
    return catalogue.SessionBegun(user_id=user, client_id="photos", methods=["password"])


def _code_issued(client_id: str) -> catalogue.CodeIssued:
    return catalogue.CodeIssued(
        client_id=client_id, scope="openid", acr=None, amr=["pwd"], proofs=[]
    )


def _ids(found: history.Page) -> list[str]:
    return [one.id for one in found.events]
