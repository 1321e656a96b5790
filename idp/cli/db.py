"""The schema: bring it up to date, compare it with the models, go back, draft the next step."""

from __future__ import annotations

import os
import sqlite3
from contextlib import closing
from pathlib import Path

import click
from flask.cli import AppGroup

from idp import clock, schema
from idp.accounts import after_restore as restored
from idp.cli import output
from idp.extensions import db, transaction
from idp.jobs import rotate_keys

group = AppGroup("db", help="The database schema.")


@group.command("upgrade")
@click.argument("revision", default="head")
def upgrade(revision: str) -> None:
    """Migrate to REVISION, by default the newest, and see to it that there are signing keys."""
    schema.upgrade(db.engine, revision)
    if schema.is_current(db.engine):
        rotate_keys.run(clock.now())
    click.echo(f"The schema is at {schema.current(db.engine)}.")


# `-1`, one step back, is no option.
@group.command("downgrade", context_settings={"ignore_unknown_options": True})
@click.argument("revision")
def downgrade(revision: str) -> None:
    """Go back to REVISION; `-1` is one step, `base` removes every table and all data."""
    schema.downgrade(db.engine, revision)
    click.echo(f"The schema is at {schema.current(db.engine) or 'its beginning: empty'}.")


@group.command("after-restore")
@click.option("--reason", required=True, help="Which backup, and why; kept in the audit log.")
@output.json_option
def after_restore(reason: str) -> None:
    """A backup was put back: end everything it holds that may have been used or ended since.

    Run it before the first node is started. Everybody signs in again, apps ask for new tokens,
    recovery codes have to be made anew, and new keys sign.
    """
    with transaction():
        ended = restored.end_everything(reason)
    lines = [f"{count:>8}  {kind.replace('_', ' ')}" for kind, count in ended.items()]
    output.show(
        ended,
        "\n".join(["Ended:", *lines, "", "Changes to accounts since the backup are gone."]),
    )


@group.command("check")
def check() -> None:
    """Exit 1 if the schema is behind, or the migrations do not lead to the models."""
    current, newest = schema.current(db.engine), schema.newest()
    if current != newest:
        raise output.Refused(
            f"The schema is at {current or 'nothing'}, this version needs {newest}."
            " Run: flask --app wsgi idp db upgrade"
        )
    if differences := schema.differences(db.engine):
        raise output.Refused(
            "The migrations do not lead to the models:\n  " + "\n  ".join(differences)
        )
    click.echo(f"The schema is current ({current}).")


@group.command("backup")
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
def backup(file: Path) -> None:
    """Copy the SQLite database into FILE while it is in use. Never together with the key ring."""
    if db.engine.dialect.name != "sqlite":
        raise output.Refused("PostgreSQL brings its own: pg_dump --format=custom, pg_basebackup")
    try:
        os.close(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
    except OSError as error:
        raise output.Refused(f"{file} can't be written: {error.strerror}.") from error
    with closing(sqlite3.connect(file)) as copy, db.engine.connect() as connection:
        original = connection.connection.driver_connection
        if not isinstance(original, sqlite3.Connection):
            raise TypeError(original)
        original.backup(copy)
        # One file, which needs no log beside it to be read.
        copy.execute("PRAGMA journal_mode=DELETE")
    click.echo(f"{file}: a copy of the database. Keep it apart from the keys.")


@group.command("revision")
@click.argument("message")
def revision(message: str) -> None:
    """Draft a migration from what the models have and the database lacks."""
    if not schema.is_current(db.engine):
        raise output.Refused("Upgrade first: flask --app wsgi idp db upgrade")
    click.echo(schema.write_revision(db.engine, message))
