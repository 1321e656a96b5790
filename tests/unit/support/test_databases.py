"""Two tests never see one another's rows, on either engine."""

import pytest
from sqlalchemy import create_engine, inspect, text

from idp import schema
from tests.support import provider


@pytest.fixture
def engine(empty_database_url):
    engine = create_engine(empty_database_url)
    yield engine
    engine.dispose()


def _another_column(engine):
    with engine.begin() as connection:
        connection.execute(text("ALTER TABLE users ADD COLUMN shoe_size INTEGER"))


def _one_step_back(engine):
    schema.downgrade(engine, "-1")


@pytest.mark.parametrize("visitor", ["first", "second"])
def test_a_database_is_ones_own(engine, visitor):
    assert inspect(engine).get_table_names() == []

    with engine.begin() as connection:
        connection.execute(text("CREATE TABLE footprint (visitor TEXT)"))


def test_the_engine_is_the_one_that_was_asked_for(engine, engine_kind):
    assert engine.dialect.name == engine_kind


@pytest.mark.parametrize("change", [_another_column, _one_step_back])
def test_nobody_meets_the_schema_that_another_test_has_left(engine_kind, tmp_path, change):
    for _ in range(2):
        with provider.databases().migrated(engine_kind, tmp_path) as url:
            engine = create_engine(url)
            assert schema.differences(engine) == []
            change(engine)
            engine.dispose()
