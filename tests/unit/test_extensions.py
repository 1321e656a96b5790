import pytest

from idp.extensions import connection, db


@pytest.fixture(autouse=True)
def _in_the_app(app):
    with app.app_context():
        yield


def drivers():
    return connection().connection.driver_connection


def test_the_connection_that_was_used_last_is_used_next():
    with db.engine.connect():
        last = drivers()
    db.session.rollback()
    # Both are back in the pool: the one of the unit of work came last.

    assert drivers() is last
