"""Every effective setting, on the terminal."""

from __future__ import annotations

from dataclasses import asdict

import click
from flask.cli import with_appcontext

from idp.cli import output
from idp.effective_settings import effective
from idp.extensions import settings as current_settings


@click.command("settings")
@output.json_option
@with_appcontext
def command() -> None:
    """Every setting, its value, and where the value comes from."""
    found = list(effective(current_settings()))
    rows = ((setting.name, setting.value, setting.source) for setting in found)
    output.show(
        [asdict(setting) for setting in found],
        output.table(("setting", "value", "from"), rows),
    )
