from datetime import UTC, datetime

import pytest
from sqlalchemy import bindparam, insert, select, update
from sqlalchemy.exc import DBAPIError, IntegrityError

from idp.extensions import connection, db, in_transaction
from idp.models import AuditEvent, User
from idp.prepared import Prepared
from tests.support.statements import recorded

EVENTS = AuditEvent.__table__
USERS = User.__table__
ADD = Prepared(EVENTS.insert())
OF_TYPE = Prepared(select(EVENTS).where(EVENTS.c.type == bindparam("wanted")).order_by(EVENTS.c.id))
RENAME = Prepared(
    update(EVENTS)
    .where(EVENTS.c.type == bindparam("wanted"), EVENTS.c.actor != "nobody")
    .values(actor=bindparam("new_actor"))
)


@pytest.fixture(autouse=True)
def _in_the_app(app):
    with app.app_context():
        yield


def event(**changed):
    return {
        "id": "1",
        "type": "thing.happened",
        "happened_at": datetime(2026, 1, 2, 3, 4, 5, 6, UTC),
        "actor": "somebody",
        "user_id": None,
        "client_id": None,
        "sid": None,
        "address": "192.0.2.1",
        "user_agent": "agent",
        "reference": "r",
        "details": {"amr": ["pwd", "otp"], "é": None},
    } | changed


def test_rows_come_as_sqlalchemy_reads_them():
    ADD.write(event())

    (row,) = OF_TYPE.all({"wanted": "thing.happened"})
    by_sqlalchemy = db.session.execute(select(EVENTS)).one()

    assert row._asdict() == by_sqlalchemy._asdict()
    assert row.details == {"amr": ["pwd", "otp"], "é": None}
    assert row.happened_at.tzinfo is not None


def test_the_row_count_is_the_verdict():
    ADD.write(event())
    ADD.write(event(id="2", actor="nobody"))

    assert RENAME.write({"wanted": "thing.happened", "new_actor": "ann"}) == 1
    assert RENAME.write({"wanted": "another thing", "new_actor": "ann"}) == 0


def test_what_is_not_there_is_none():
    assert OF_TYPE.first({"wanted": "nothing"}) is None
    assert OF_TYPE.all({"wanted": "nothing"}) == []
    assert OF_TYPE.glance({"wanted": "nothing"}) is None


def test_it_belongs_to_the_unit_of_work():
    ADD.write(event())
    assert OF_TYPE.glance({"wanted": "thing.happened"}).id == "1"
    db.session.rollback()

    assert OF_TYPE.first({"wanted": "thing.happened"}) is None


def test_a_glance_begins_no_unit_of_work():
    db.session.rollback()
    with recorded(db.engine) as record:
        OF_TYPE.glance({"wanted": "nothing"})

    assert not in_transaction()
    assert len(record.statements) == 1


def test_what_observes_the_database_sees_it():
    with recorded(db.engine) as record:
        ADD.write(event())
        db.session.commit()

    (statement,) = record.statements
    assert statement.startswith("INSERT INTO audit_events")
    assert record.writing_transactions == 1


@pytest.mark.parametrize("values", [{}, {"wanted": "x", "more": "y"}, {"other": "x"}])
def test_other_parameters_than_those_of_the_statement_are_refused(values):
    OF_TYPE.first({"wanted": "x"})

    with pytest.raises(ValueError, match="parameters"):
        OF_TYPE.first(values)


def test_a_statement_without_all_its_parameters_is_never_made_ready():
    with pytest.raises(ValueError, match="not every parameter"):
        Prepared(select(USERS).where(USERS.c.id == bindparam("wanted"))).first({})


def test_a_statement_that_leaves_a_default_of_the_model_out_is_refused():
    with pytest.raises(ValueError, match="default"):
        Prepared(insert(User)).write({"sub": "s"})


def test_an_error_of_the_driver_comes_as_sqlalchemys_without_the_values():
    ADD.write(event(actor="a secret"))

    with pytest.raises(IntegrityError) as refused:
        ADD.write(event(actor="a secret"))
    db.session.rollback()
    assert "a secret" not in str(refused.value)


def test_a_connection_that_broke_is_given_up_and_the_next_unit_of_work_has_a_good_one():
    OF_TYPE.first({"wanted": "x"})
    connection().connection.driver_connection.close()

    with pytest.raises(DBAPIError) as broke:
        OF_TYPE.first({"wanted": "x"})
    assert broke.value.connection_invalidated
    db.session.rollback()
    assert OF_TYPE.first({"wanted": "x"}) is None
