"""The terminal edge: `flask --app wsgi idp …`. One module per subject, none contains a rule.

Exit code 0 done, 1 refused or failed (reason on standard error), 2 wrong usage.
"""

from __future__ import annotations

import os
import pwd
from importlib import import_module
from typing import TYPE_CHECKING

from flask.cli import AppGroup
from sqlalchemy.exc import OperationalError, ProgrammingError

from idp import opaque, origin
from idp.cli.output import Refused

if TYPE_CHECKING:
    import click
    from flask import Flask

COMMANDS = {
    "db": "db.group",
    "user": "people.group",
    "client": "clients.group",
    "group": "groups.group",
    "claim": "claims.group",
    "export": "configuration.export",
    "import": "configuration.import_",
    "keys": "keys.group",
    "serve": "serve.command",
    "jobs": "jobs.command",
    "mail": "mail.group",
    "settings": "settings.command",
    "doctor": "doctor.command",
    "trace": "traces.command",
    "audit": "audit.group",
    "what-if": "what_if.command",
    "perform": "perform.group",
    "tokens": "tokens.group",
    "dev": "dev.group",
}
"""Where each command stands. It is imported when it is called for: a server calls for none."""


class _Group(AppGroup):
    """Loads what is called for, names who is acting, and turns an unusable database into a refusal
    that says what to do.
    """

    def list_commands(self, _ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, _ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        module, name = COMMANDS[cmd_name].split(".")
        found: click.Command = getattr(import_module(f"idp.cli.{module}"), name)
        return found

    def invoke(self, ctx: click.Context) -> object:
        reference = opaque.identifier()[-8:]
        origin.enter(origin.Origin(actor=f"cli:{operating_system_user()}", reference=reference))
        origin.handing_out_roles()
        try:
            return super().invoke(ctx)
        except (OperationalError, ProgrammingError) as error:
            reason = str(error.orig).strip()
            raise Refused(
                f"The database refused: {reason}. Is it running, and migrated (idp db upgrade)?"
            ) from error


group = _Group("idp", help="The identity provider: people, clients, keys, database.")


def install(app: Flask) -> None:
    """Add the commands to an app."""
    app.cli.add_command(group)


def operating_system_user() -> str:
    """By the process's uid; environment variables are whatever somebody wrote into them."""
    try:
        return pwd.getpwuid(os.getuid()).pw_name
    except KeyError:
        return str(os.getuid())
