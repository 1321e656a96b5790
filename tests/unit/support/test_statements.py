"""The recorder counts what it should, so that budgets mean something."""

import pytest
from sqlalchemy import create_engine, text

from tests.support.statements import recorded


@pytest.fixture
def engine(empty_database_url):
    engine = create_engine(empty_database_url)
    with engine.begin() as connection:
        connection.execute(text("CREATE TABLE note (words TEXT)"))
    yield engine
    engine.dispose()


def test_reading_is_no_writing_transaction(engine):
    with recorded(engine) as record, engine.begin() as connection:
        connection.execute(text("SELECT words FROM note"))

    assert record.statements == ["SELECT words FROM note"]
    assert record.writing_transactions == 0


def test_two_writes_in_one_transaction_count_once(engine):
    with recorded(engine) as record, engine.begin() as connection:
        connection.execute(text("INSERT INTO note VALUES ('one')"))
        connection.execute(text("INSERT INTO note VALUES ('two')"))

    assert len(record.statements) == 2
    assert record.writing_transactions == 1


def test_what_is_rolled_back_was_not_written(engine):
    with recorded(engine) as record, engine.connect() as connection:
        connection.execute(text("INSERT INTO note VALUES ('one')"))
        connection.rollback()

    assert record.writing_transactions == 0


def test_nothing_is_recorded_after_the_block(engine):
    with recorded(engine) as record:
        pass

    with engine.connect() as connection:
        connection.execute(text("SELECT words FROM note"))

    assert record.statements == []
