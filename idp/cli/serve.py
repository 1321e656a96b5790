"""The production server: checks that the deployment can serve, then becomes granian.

This process is replaced, so that what is left has loaded nothing of ours: only the workers have.
"""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
from contextlib import suppress
from math import ceil
from pathlib import Path

import click
from flask.cli import with_appcontext

from config import PROJECT
from idp import clock, leaving, processor, schema
from idp.cli import output, ring
from idp.cli.address import Address, AddressType
from idp.extensions import db, settings
from idp.jobs import rotate_keys

_METRICS = "idp-metrics-"
KILL_AFTER_SECONDS = 30
"""A request that is being answered when its worker shall end has this long."""
OVERLAP_SECONDS = 6
"""When workers are replaced, the new one has this long to start before the old one is asked to
end."""
ARENAS = "2"
"""From how many places glibc gives memory to the threads of a worker. Of itself it makes one for
each thread, and what is free in one serves no other: 5 MiB. The environment may say otherwise.
"""
PAUSE_SECONDS = 5
"""Between SIGTERM and the end: time for a proxy to see that `/readyz` says 503."""


@click.command("serve")
@click.option("--bind", type=AddressType(), default="127.0.0.1:8000", show_default=True)
@click.option(
    "--workers",
    type=click.IntRange(1, 64),
    default=lambda: max(2, len(processor.USABLE)),
    show_default="one per CPU, at least 2",
    help="Processes. Replacing them without a gap takes two.",
)
@click.option(
    "--threads",
    type=click.IntRange(1, 256),
    default=32,
    show_default=True,
    help="Of each worker.",
)
@click.option(
    "--pause",
    type=click.IntRange(0, 300),
    default=PAUSE_SECONDS,
    show_default=True,
    help="Seconds after SIGTERM in which /readyz says 503 and everything is answered.",
)
@click.option("--upgrade", "first", flag_value="upgrade", help="Migrate the database before.")
@with_appcontext
def command(*, bind: Address, workers: int, threads: int, pause: int, first: str | None) -> None:
    """Serve until SIGTERM, which tells proxies and lets requests end; SIGHUP replaces the workers
    one by one.

    Behind a proxy that ends TLS. The background jobs are a process of their own: idp jobs.
    """
    if first:
        schema.upgrade(db.engine)
        rotate_keys.run(clock.now())
    _require_schema()
    ring.require_complete()
    _require_room(threads)
    db.session.remove()
    db.engine.dispose()
    environment = _environment(workers)
    options = _options(bind, workers, threads)
    _become(program(environment[leaving.FILE], pause, options), environment)


def _require_schema() -> None:
    if not schema.serves(db.engine):
        raise output.Refused(
            f"The schema is at {schema.current(db.engine) or 'nothing'}, this version needs"
            f" {schema.newest()}. Run: flask --app wsgi idp db upgrade (or give --upgrade)"
        )


def _require_room(threads: int) -> None:
    if settings().database_pool_size < threads:
        raise output.Refused(
            f"{threads} threads want as many connections: IDP_DATABASE_POOL_SIZE is"
            f" {settings().database_pool_size}."
        )


def program(announcement: str, pause: float, options: list[str]) -> list[str]:
    """What this process becomes. `-P`: its folder is no place to import from."""
    server = PROJECT / "idp" / "cli" / "leaving_server.py"
    return [sys.executable, "-P", str(server), announcement, str(pause), *options]


def _options(bind: Address, workers: int, threads: int) -> list[str]:
    place = ("--host", bind.host, "--port", str(bind.port))
    room = ("--workers", str(workers), "--blocking-threads", str(threads))
    lives = (
        "--respawn-failed-workers",
        "--respawn-interval",
        str(OVERLAP_SECONDS),
        "--workers-kill-timeout",
        str(KILL_AFTER_SECONDS),
    )
    return ["--interface", "wsgi", "--no-ws", *place, *room, *lives, "wsgi:app"]


def _environment(workers: int) -> dict[str, str]:
    """Workers find the app wherever they are started, and count in files of one folder: any of them
    answers `/metrics` for all. They share the CPUs for hashing. What is set already stands.
    """
    _forget_metrics_of_the_dead()
    # This process keeps its number when it becomes granian, so the name tells whether it lives.
    folder = tempfile.mkdtemp(prefix=f"{_METRICS}{os.getpid()}-")
    paths = [str(PROJECT), *filter(None, [os.environ.get("PYTHONPATH")])]
    return {
        "MALLOC_ARENA_MAX": ARENAS,
        "IDP_PASSWORDS__HASH_SLOTS": str(ceil(len(processor.USABLE) / workers)),
        **os.environ,
        "PROMETHEUS_MULTIPROC_DIR": folder,
        leaving.FILE: str(Path(folder) / "leaving"),
        "PYTHONPATH": os.pathsep.join(paths),
    }


def _forget_metrics_of_the_dead() -> None:
    for folder in Path(tempfile.gettempdir()).glob(f"{_METRICS}*-*"):
        number = folder.name.removeprefix(_METRICS).partition("-")[0]
        with suppress(OSError):
            if folder.stat().st_uid == os.getuid() and not Path(f"/proc/{number}").exists():
                shutil.rmtree(folder)


def _become(program: list[str], environment: dict[str, str]) -> None:
    sys.stdout.flush()
    sys.stderr.flush()
    os.execve(program[0], program, environment)  # noqa: S606  our own command, no shell
