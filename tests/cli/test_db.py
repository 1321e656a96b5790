"""`idp db`: migrate, and say whether the schema stands where it should."""

import shutil
import sqlite3
import stat
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import text

from idp import schema
from idp.extensions import db
from tests.support.databases import EngineKind

pytestmark = pytest.mark.each_engine


def change(app, statement):
    with app.app_context(), db.engine.begin() as connection:
        connection.execute(text(statement))


def test_check_is_content_with_a_migrated_database(idp):
    ran = idp("db", "check")

    assert ran.exit_code == 0
    assert "current" in ran.output


def test_check_refuses_a_schema_that_is_behind_and_says_what_to_do(idp):
    assert idp("db", "downgrade", "-1").exit_code == 0

    ran = idp("db", "check")

    assert ran.exit_code == 1
    assert "idp db upgrade" in ran.errors
    assert ran.output == ""


def test_upgrade_after_downgrade_makes_check_content_again(idp):
    assert idp("db", "downgrade", "base").exit_code == 0
    assert idp("db", "upgrade").exit_code == 0

    assert idp("db", "check").exit_code == 0


def test_upgrading_twice_is_harmless(idp):
    assert idp("db", "upgrade").exit_code == 0
    assert idp("db", "upgrade").exit_code == 0


def test_check_names_what_the_migrations_lack(idp, app):
    change(app, "ALTER TABLE sessions ADD COLUMN mood VARCHAR(5)")

    ran = idp("db", "check")

    assert ran.exit_code == 1
    assert "remove_column sessions.mood" in ran.errors


def test_a_revision_is_drafted_only_from_a_current_schema(idp, monkeypatch):
    drafted = []
    monkeypatch.setattr(schema, "write_revision", lambda _engine, message: drafted.append(message))
    assert idp("db", "downgrade", "-1").exit_code == 0

    ran = idp("db", "revision", "nickname")

    assert ran.exit_code == 1
    assert "Upgrade first" in ran.errors
    assert drafted == []


def test_a_drafted_revision_holds_what_the_models_have_and_the_database_lacks(
    idp, app, monkeypatch, tmp_path
):
    shutil.copytree(schema.FOLDER, tmp_path / "migrations")
    monkeypatch.setattr(schema, "FOLDER", tmp_path / "migrations")
    change(app, "ALTER TABLE sessions DROP COLUMN user_agent")

    try:
        ran = idp("db", "revision", "who is it")
    finally:
        schema.forget_scripts()

    written = Path(ran.output.strip().splitlines()[-1])
    assert written.name.endswith("_who_is_it.py")
    assert "batch_op.add_column(sa.Column('user_agent', sa.Text(), nullable=False))" in (
        written.read_text()
    )


def test_a_command_on_an_empty_database_is_refused_with_advice(idp):
    idp("db", "downgrade", "base")

    ran = idp("user", "disable", "ann@example.com")

    assert ran.exit_code == 1
    assert "idp db upgrade" in ran.errors


@pytest.mark.parametrize("engine_kind", [EngineKind.SQLITE], indirect=True)
def test_a_backup_is_a_whole_database_for_its_owner_alone_and_overwrites_nothing(idp, a, tmp_path):
    a.user("ann@example.com")
    file = tmp_path / "backup.sqlite3"

    assert idp("db", "backup", str(file)).exit_code == 0
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert not list(tmp_path.glob("backup.sqlite3-*"))
    with closing(sqlite3.connect(file)) as copy:
        [[found]] = copy.execute("SELECT canonical FROM email_addresses").fetchall()
    assert found == "ann@example.com"

    before = file.read_bytes()
    again = idp("db", "backup", str(file))
    assert again.exit_code == 1
    assert "File exists" in again.errors
    assert file.read_bytes() == before


@pytest.mark.parametrize("engine_kind", [EngineKind.POSTGRESQL], indirect=True)
def test_of_postgresql_its_own_tools_make_backups(idp, tmp_path):
    ran = idp("db", "backup", str(tmp_path / "backup"))
    assert ran.exit_code == 1
    assert "pg_dump" in ran.errors
