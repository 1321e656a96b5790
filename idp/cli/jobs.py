"""The background jobs, as a loop or once."""

from __future__ import annotations

import signal
from threading import Event
from typing import TYPE_CHECKING

import click
from flask import current_app
from flask.cli import with_appcontext
from prometheus_client import start_http_server

from idp import job_lease
from idp.cli import output, ring
from idp.cli.address import Address, AddressType
from idp.cli.output import Refused
from idp.jobs import runner

if TYPE_CHECKING:
    from flask import Flask


@click.command("jobs")
@click.option("--once", "mode", flag_value="once", help="Run every job once, as for cron.")
@click.option("--status", "mode", flag_value="status", help="Say which node runs them.")
@click.option(
    "--metrics", "told_at", type=AddressType(), help="Answer Prometheus there; for machines inside."
)
@output.json_option
@with_appcontext
def command(mode: str | None, told_at: Address | None) -> None:
    """Do what needs no user: purge, rotate keys. Ends in order on SIGTERM and SIGINT.

    Start it on as many nodes as there are: one runs the jobs, and another takes over in seconds
    when that one dies.
    """
    app: Flask = current_app._get_current_object()  # type: ignore[attr-defined] # noqa: SLF001
    if mode == "status":
        _tell()
        return
    # A mail whose secret does not open is given up.
    ring.require_complete()
    if mode == "once":
        _run_once(app)
        return
    if told_at:
        start_http_server(told_at.port, told_at.host)
    stop = Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    runner.run_until(stop, app)


def _tell() -> None:
    held = job_lease.current()
    if held is None or held.is_over:
        output.show({"running": False}, "Nobody runs the jobs.")
        return
    since = f"{held.taken_at:%Y-%m-%d %H:%M:%S} UTC"
    document = {"running": True, "holder": held.holder, "since": held.taken_at.isoformat()}
    output.show(document, f"{held.holder} runs the jobs since {since}.")


def _run_once(app: Flask) -> None:
    try:
        outcomes = runner.run_once(app)
    except runner.HeldElsewhere as held:
        raise Refused(f"{held} runs the jobs.") from held
    output.show(
        [{"job": one.job, "done": one.done, "failed": one.done is None} for one in outcomes],
        output.table(("job", "done"), ((one.job, one.done) for one in outcomes)),
    )
    if failed := [one.job for one in outcomes if one.done is None]:
        raise Refused(f"Failed: {', '.join(failed)}; the log says why.")
