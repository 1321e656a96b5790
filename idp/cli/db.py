"""The schema: bring it up to date, compare it with the models, go back, draft the next step."""

from __future__ import annotations

import click
from flask.cli import AppGroup

from idp import clock, schema
from idp.cli import output
from idp.extensions import db
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


@group.command("revision")
@click.argument("message")
def revision(message: str) -> None:
    """Draft a migration from what the models have and the database lacks."""
    if not schema.is_current(db.engine):
        raise output.Refused("Upgrade first: flask --app wsgi idp db upgrade")
    click.echo(schema.write_revision(db.engine, message))
