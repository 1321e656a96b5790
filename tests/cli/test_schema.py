"""Migrations on both databases: they lead to the models, back to nothing, and up again."""

import pytest
import sqlalchemy as sa
from sqlalchemy import create_engine, inspect, text

import config
from idp import extensions, opaque, schema, schema_version
from idp.models import Base

pytestmark = pytest.mark.each_engine


@pytest.fixture
def engine(empty_database_url):
    settings = config.testing(database_url=empty_database_url)
    built = create_engine(settings.database_url, **extensions.engine_options(settings))
    extensions.prepare(built)
    yield built
    built.dispose()


def test_migrations_go_up_down_and_up_again(engine):
    schema.upgrade(engine)
    assert schema.is_current(engine)
    assert set(Base.metadata.tables) <= set(inspect(engine).get_table_names())

    schema.downgrade(engine, "base")
    assert schema.current(engine) is None
    assert set(inspect(engine).get_table_names()) == {"alembic_version"}

    schema.upgrade(engine)
    assert schema.is_current(engine)


def test_a_probe_that_does_not_load_the_tool_says_the_same():
    assert schema_version.newest() == schema.newest()


def test_every_single_step_can_be_undone_and_redone(engine):
    for revision in schema.revisions():
        schema.upgrade(engine, revision)
        schema.downgrade(engine, "-1")
        schema.upgrade(engine, revision)

    assert schema.is_current(engine)


def test_migrations_lead_to_the_models(engine):
    schema.upgrade(engine)

    assert schema.differences(engine) == []


def test_a_column_that_the_models_do_not_have_is_a_difference(engine):
    schema.upgrade(engine)
    with engine.begin() as connection:
        connection.execute(text("ALTER TABLE users ADD COLUMN shoe_size INTEGER"))

    assert schema.differences(engine) == ["remove_column users.shoe_size"]


def test_a_column_of_another_type_is_a_difference(engine):
    schema.upgrade(engine)
    with engine.begin() as connection:
        connection.execute(text("ALTER TABLE users DROP COLUMN name"))
        connection.execute(text("ALTER TABLE users ADD COLUMN name INTEGER NOT NULL DEFAULT 0"))

    assert schema.differences(engine) == ["modify_type users.name"]


def test_a_migration_that_fails_changes_nothing(engine, monkeypatch):
    def fail(connection):
        raise schema.BrokenForeignKeysError("children")

    monkeypatch.setattr(schema, "_refuse_broken_foreign_keys", fail)

    with pytest.raises(schema.BrokenForeignKeysError):
        schema.upgrade(engine)

    assert inspect(engine).get_table_names() == []


def test_a_table_that_is_copied_takes_no_children_with_it(engine):
    """SQLite changes a table by dropping the old one, which cascades to whatever points to it."""
    schema.upgrade(engine)
    user_id = opaque.identifier()
    with engine.begin() as connection:
        _insert_user_with_address(connection, user_id)

    with schema.migrating(engine) as config_of_alembic:
        _rename_through_batch(config_of_alembic.attributes["connection"])

    with engine.connect() as connection:
        assert connection.scalar(text("SELECT count(*) FROM email_addresses")) == 1
        if engine.dialect.name == "sqlite":
            assert connection.scalar(text("PRAGMA foreign_keys")) == 1


def _insert_user_with_address(connection, user_id):
    users, addresses = Base.metadata.tables["users"], Base.metadata.tables["email_addresses"]
    connection.execute(sa.insert(users).values(id=user_id, sub="s", name="Ann", claims={}))
    connection.execute(
        sa.insert(addresses).values(
            user_id=user_id, address="a@example.com", canonical="a@example.com"
        )
    )


def _rename_through_batch(connection):
    from alembic.migration import MigrationContext
    from alembic.operations import Operations

    operations = Operations(MigrationContext.configure(connection))
    with operations.batch_alter_table("users") as batch:
        batch.alter_column("name", type_=sa.String(500))


def test_migrations_are_found_from_any_folder(engine, monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)

    schema.upgrade(engine)

    assert schema.is_current(engine)
