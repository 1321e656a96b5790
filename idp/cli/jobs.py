"""The background jobs, as a loop or once."""

from __future__ import annotations

import signal
from threading import Event
from typing import TYPE_CHECKING

import click
from flask import current_app
from flask.cli import with_appcontext

from idp.cli import output
from idp.cli.output import Refused
from idp.jobs import runner

if TYPE_CHECKING:
    from flask import Flask


@click.command("jobs")
@click.option("--once", is_flag=True, help="Run every job once and leave, as for cron.")
@output.json_option
@with_appcontext
def command(*, once: bool) -> None:
    """Do what needs no user: purge, rotate keys. Ends in order on SIGTERM and SIGINT."""
    app: Flask = current_app._get_current_object()  # type: ignore[attr-defined] # noqa: SLF001
    if once:
        _run_once(app)
        return
    stop = Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    runner.run_until(stop, app)


def _run_once(app: Flask) -> None:
    outcomes = runner.run_once(app)
    output.show(
        [{"job": one.job, "done": one.done, "failed": one.done is None} for one in outcomes],
        output.table(("job", "done"), ((one.job, one.done) for one in outcomes)),
    )
    if failed := [one.job for one in outcomes if one.done is None]:
        raise Refused(f"Failed: {', '.join(failed)}; the log says why.")
