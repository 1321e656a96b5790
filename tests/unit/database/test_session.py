"""Statements of the hot paths and objects of the ORM in one unit of work."""

from contextlib import suppress

import pytest
from sqlalchemy import bindparam, event, select, text

from idp import clock
from idp.extensions import connection, db, in_transaction, roll_back, transaction
from idp.models import Heartbeat
from idp.prepared import Prepared
from tests.support.statements import recorded

BEATS = Heartbeat.__table__
ADD = Prepared(BEATS.insert())
FIND = Prepared(select(BEATS.c.name).where(BEATS.c.name == bindparam("wanted")))


@pytest.fixture(autouse=True)
def _in_the_app(app):
    with app.app_context():
        yield


@pytest.fixture
def committed():
    """The names that are committed, asked for on a connection of its own."""

    def names():
        with db.engine.connect() as apart:
            return set(apart.scalars(select(BEATS.c.name)))

    return names


@pytest.fixture
def heard():
    """The events of the session, in order."""
    heard = []
    listeners = {
        name: lambda _session, name=name: heard.append(name)
        for name in ("before_commit", "after_commit", "after_rollback")
    }
    for name, listener in listeners.items():
        event.listen(db.session, name, listener)
    yield heard
    for name, listener in listeners.items():
        event.remove(db.session, name, listener)


def by_statement(name):
    ADD.write({"name": name, "beat_at": clock.now()})


def by_core(name):
    connection().execute(BEATS.insert(), {"name": name, "beat_at": clock.now()})


def by_orm(name):
    db.session.add(Heartbeat(name=name, beat_at=clock.now()))


def by_flushed_orm(name):
    by_orm(name)
    db.session.flush()


WAYS = (by_statement, by_core, by_orm, by_flushed_orm)
PAIRS = [(first, second) for first in WAYS for second in WAYS]


def test_whatever_writes_first_both_are_one_transaction(committed, heard):
    for number, (first, second) in enumerate(PAIRS):
        before = committed()
        first(f"{number} first")
        second(f"{number} second")
        assert committed() == before

        with recorded(db.engine) as record:
            db.session.commit()

        assert committed() - before == {f"{number} first", f"{number} second"}
        assert record.writing_transactions <= 1
        assert (heard, in_transaction()) == (["before_commit", "after_commit"], False)
        assert db.engine.pool.checkedout() == 0
        heard.clear()


def test_whatever_writes_first_both_are_rolled_back(committed, heard):
    for first, second in PAIRS:
        first("first")
        second("second")

        db.session.rollback()

        assert committed() == set()
        assert (heard, in_transaction()) == (["after_rollback"], False)
        assert db.engine.pool.checkedout() == 0
        heard.clear()


def test_both_see_what_the_other_has_written():
    by_statement("statement")
    by_flushed_orm("orm")

    assert FIND.first({"wanted": "orm"}).name == "orm"
    assert db.session.get(Heartbeat, "statement") is not None


def test_a_savepoint_takes_back_what_was_done_in_it_by_whatever_way(committed):
    for way in WAYS:
        before, name = committed(), way.__name__
        with transaction():
            by_statement(f"{name} 1")
            with suppress(ZeroDivisionError), db.session.begin_nested():
                way(f"{name} 2")
                raise ZeroDivisionError
            with db.session.begin_nested():
                way(f"{name} 3")
            by_statement(f"{name} 4")

        assert committed() - before == {f"{name} 1", f"{name} 3", f"{name} 4"}


def test_what_a_listener_writes_at_the_commit_is_of_the_same_transaction(committed):
    waiting = []

    def write(_session):
        if waiting:
            waiting.pop()("late")

    event.listen(db.session, "before_commit", write)
    try:
        for way in WAYS:
            waiting.append(way)
            by_statement("early")
            with recorded(db.engine) as record:
                db.session.commit()

            assert committed() == {"early", "late"}
            assert record.writing_transactions == 1
            connection().execute(BEATS.delete())
            db.session.commit()
            db.session.expunge_all()
    finally:
        event.remove(db.session, "before_commit", write)


def test_a_unit_of_work_that_is_left_is_rolled_back_and_holds_no_connection(app, committed):
    with app.app_context():
        by_statement("left")

    assert committed() == set()
    assert db.engine.pool.checkedout() == 0


def test_nothing_is_done_on_another_connection_when_one_breaks_in_the_middle(committed):
    by_statement("before it broke")
    connection().connection.driver_connection.close()
    with pytest.raises(Exception, match=r"(?i)closed"):
        FIND.first({"wanted": "x"})

    with pytest.raises(Exception, match=r"(?i)invalid|rolled back"):
        by_statement("afterwards")
    roll_back()

    assert committed() == set()
    by_statement("a new unit of work")
    db.session.commit()
    assert committed() == {"a new unit of work"}
    assert db.engine.pool.checkedout() == 0


def test_one_that_only_reads_gives_its_connection_back():
    FIND.first({"wanted": "x"})
    db.session.commit()
    db.session.execute(text("SELECT 1"))
    db.session.commit()

    assert (in_transaction(), db.engine.pool.checkedout()) == (False, 0)
