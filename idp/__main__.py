"""`python -m idp …`, and `idp …` where it is installed: the commands of `flask --app wsgi idp …`.

The app is made only when a command asks for it, so `keys init` also works where the settings are
refused because there is no key ring yet.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask.cli import ScriptInfo

from idp import cli

if TYPE_CHECKING:
    from flask import Flask


def app() -> Flask:
    """The app of wsgi.py, which reads the settings when it is imported."""
    from wsgi import app as made  # noqa: PLC0415

    return made


def main() -> None:
    """What `idp` runs where the wheel is installed."""
    cli.group.main(prog_name="idp", obj=ScriptInfo(create_app=app))


if __name__ == "__main__":
    cli.group.main(prog_name="python -m idp", obj=ScriptInfo(create_app=app))
