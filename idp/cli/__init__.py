"""The terminal edge: `flask --app wsgi idp …`. One module per subject, none contains a rule.

Exit code 0 done, 1 refused or failed (reason on standard error), 2 wrong usage.
"""

from __future__ import annotations

import os
import pwd
from typing import TYPE_CHECKING

from flask.cli import AppGroup
from sqlalchemy.exc import OperationalError, ProgrammingError

from idp import opaque, origin
from idp.cli import arrivals, clients, db, dev, doctor, jobs, keys, mail, settings, traces, users
from idp.cli.output import Refused

if TYPE_CHECKING:
    import click
    from flask import Flask

COMMANDS: tuple[click.Command, ...] = (
    db.group,
    users.group,
    clients.group,
    keys.group,
    jobs.command,
    mail.group,
    settings.command,
    doctor.command,
    traces.command,
    dev.group,
)


class _Group(AppGroup):
    """Names who is acting, and turns an unusable database into a refusal that says what to do."""

    def invoke(self, ctx: click.Context) -> object:
        reference = opaque.identifier()[-8:]
        origin.enter(origin.Origin(actor=f"cli:{operating_system_user()}", reference=reference))
        try:
            return super().invoke(ctx)
        except (OperationalError, ProgrammingError) as error:
            reason = str(error.orig).strip()
            raise Refused(
                f"The database refused: {reason}. Is it running, and migrated (idp db upgrade)?"
            ) from error


group = _Group("idp", help="The identity provider: people, clients, keys, database.")
for command in COMMANDS:
    group.add_command(command)
for command in arrivals.COMMANDS:
    users.group.add_command(command)


def install(app: Flask) -> None:
    """Add the commands to an app."""
    app.cli.add_command(group)


def operating_system_user() -> str:
    """By the process's uid; environment variables are whatever somebody wrote into them."""
    try:
        return pwd.getpwuid(os.getuid()).pw_name
    except KeyError:
        return str(os.getuid())
