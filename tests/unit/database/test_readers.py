import os
import threading

import pytest
from sqlalchemy import bindparam, select
from sqlalchemy.exc import DBAPIError

from idp.database.readers import MOST_KEPT
from idp.extensions import db, readers
from idp.models import Heartbeat
from idp.prepared import Prepared
from tests.support.race import at_once
from tests.support.statements import recorded

BEAT = Prepared(select(Heartbeat.name).where(Heartbeat.name == bindparam("wanted")))
NOBODY = {"wanted": "nobody"}


@pytest.fixture(autouse=True)
def _in_the_app(app):
    with app.app_context():
        yield


def drivers():
    return readers().ask(lambda link: link.connection.driver_connection)


def test_the_next_question_is_asked_on_the_same_connection_and_is_seen_by_whoever_observes():
    first = drivers()

    with recorded(db.engine) as record:
        assert BEAT.glance(NOBODY) is None
    assert drivers() is first
    assert len(record.statements) == 1


def test_a_connection_that_broke_unseen_is_replaced_unseen():
    broken = drivers()
    broken.close()

    assert BEAT.glance(NOBODY) is None
    assert drivers() is not broken


def test_a_database_that_is_gone_is_asked_twice_and_no_more():
    asked = []

    def ask(link):
        asked.append(link)
        link.connection.driver_connection.close()
        BEAT._first(link, NOBODY)

    drivers()
    with pytest.raises(DBAPIError):
        readers().ask(ask)
    assert len(asked) == 2


def test_what_fails_by_itself_is_asked_once():
    asked = []

    def ask(link):
        asked.append(link)
        raise ZeroDivisionError

    drivers()
    with pytest.raises(ZeroDivisionError):
        readers().ask(ask)
    assert len(asked) == 1
    assert db.engine.pool.checkedout() == 0


def test_a_few_are_kept_and_the_rest_goes_back(app):
    count = MOST_KEPT + 3
    all_have_one = threading.Barrier(count)

    def ask():
        with app.app_context():
            readers().ask(lambda _link: all_have_one.wait(10))

    at_once(count, ask)

    assert db.engine.pool.checkedout() == MOST_KEPT


def test_none_is_left_open_when_the_engine_is_disposed_of():
    before = drivers()

    db.engine.dispose()

    assert drivers() is not before
    with pytest.raises(Exception, match=r"(?i)closed"):
        before.execute("SELECT 1")


def test_a_child_uses_none_of_its_parents():
    parents = id(drivers())

    child = os.fork()
    if child == 0:
        os._exit(id(drivers()) == parents)
    _, status = os.waitpid(child, 0)
    assert status == 0
    assert id(drivers()) == parents
