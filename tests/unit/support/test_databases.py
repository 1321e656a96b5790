"""Two tests never see one another's rows, on either engine."""

import pytest
from sqlalchemy import create_engine, inspect, text


@pytest.fixture
def engine(empty_database_url):
    engine = create_engine(empty_database_url)
    yield engine
    engine.dispose()


@pytest.mark.parametrize("visitor", ["first", "second"])
def test_a_database_is_ones_own(engine, visitor):
    assert inspect(engine).get_table_names() == []

    with engine.begin() as connection:
        connection.execute(text("CREATE TABLE footprint (visitor TEXT)"))


def test_the_engine_is_the_one_that_was_asked_for(engine, engine_kind):
    assert engine.dialect.name == engine_kind
