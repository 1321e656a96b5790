"""The database, its clock, its disk, and whether the background jobs are alive."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

from sqlalchemy import func, select, text
from sqlalchemy.engine import make_url

from idp import clock, job_lease
from idp.authentication import time_check
from idp.doctor.finding import Finding
from idp.extensions import db, settings
from idp.models import Heartbeat

LARGEST_SKEW = timedelta(seconds=5)
LONGEST_SILENCE = timedelta(minutes=2)
"""The jobs note every ten seconds that they are there."""
LEAST_SPACE = 1 << 30
"""Bytes: below this somebody should make room."""


def look() -> Iterator[Finding]:
    """It answers, its schema is the program's, and what was promised stays."""
    yield from look_briefly()
    yield from _sqlite() if db.engine.dialect.name == "sqlite" else _postgresql()


def look_briefly() -> Iterator[Finding]:
    """It answers, and its schema is the program's."""
    from idp import schema  # noqa: PLC0415  Alembic, 3 MiB: pages that show findings are many

    yield (
        Finding.ok(f"{db.engine.dialect.name} answers")
        if _answers()
        else Finding.error("the database does not answer", "start it, or correct IDP_DATABASE_URL")
    )
    if schema.is_current(db.engine):
        yield Finding.ok(f"schema {schema.newest()}")
    else:
        yield Finding.error(
            f"the schema is at {schema.current(db.engine) or 'nothing'}, "
            f"the program needs {schema.newest()}",
            "run: flask --app wsgi idp db upgrade",
        )


def look_at_clocks() -> Iterator[Finding]:
    """This machine's against the database's and against the newest code it has accepted."""
    if db.engine.dialect.name == "postgresql":
        theirs = db.session.scalar(select(func.clock_timestamp()))
        skew = abs(clock.now() - theirs) if isinstance(theirs, datetime) else timedelta(0)
        if skew > LARGEST_SKEW:
            yield Finding.warning(
                f"this machine and the database differ by {skew.total_seconds():.0f} seconds",
                "let both follow a time server (chrony, systemd-timesyncd)",
            )
    if time_check.is_trustworthy():
        yield Finding.ok(f"it is {clock.now():%Y-%m-%d %H:%M:%S} UTC")
    else:
        yield Finding.error(
            "the clock is behind the last sign of life: one-time codes are refused",
            "set the machine's time, and let it follow a time server",
        )


def look_at_disk() -> Iterator[Finding]:
    """Where an embedded database grows."""
    place = _sqlite_file()
    if place is None:
        return
    free = shutil.disk_usage(place.parent).free
    if free < LEAST_SPACE:
        yield Finding.error(
            f"{free / (1 << 20):.0f} MiB left where the database grows",
            "make room: on a full disk nobody can sign in",
        )
    else:
        yield Finding.ok(f"{free / (1 << 30):.0f} GiB left")


def look_at_jobs() -> Iterator[Finding]:
    """Mail, logout notices and key rotation wait for them."""
    beat = select(Heartbeat.beat_at).where(Heartbeat.name == time_check.CLOCK)
    last = db.session.scalar(beat)
    if last is None or clock.now() - last > LONGEST_SILENCE:
        since = f"since {last:%Y-%m-%d %H:%M} UTC" if last else "yet"
        yield Finding.error(
            f"the background jobs have not run {since}: no mail, no logout notices, no new keys",
            "run: flask --app wsgi idp jobs (beside the server, restarted when it ends)",
        )
    else:
        held = job_lease.current()
        by = f" on {held.holder}" if held and not held.is_over else ""
        yield Finding.ok(f"ran at {last:%H:%M:%S} UTC{by}")


def _answers() -> bool:
    return bool(db.session.scalar(text("SELECT 1")) == 1)


def _sqlite_file() -> Path | None:
    name = make_url(settings().database_url).database
    is_file = db.engine.dialect.name == "sqlite" and name
    return Path(name) if is_file and name else None


def _sqlite() -> Iterator[Finding]:
    place = _sqlite_file()
    if place is not None and place.stat().st_mode & 0o077:
        yield Finding.error(f"{place} can be read by others", f"run: chmod 600 {place}*")
    if db.session.scalar(text("PRAGMA quick_check(1)")) != "ok":
        yield Finding.error("the file is damaged", "stop the server and restore a backup")


def _postgresql() -> Iterator[Finding]:
    for name in ("fsync", "full_page_writes"):
        if db.session.scalar(text(f"SHOW {name}")) != "on":
            yield Finding.error(
                f"{name} is off: a crash may lose or revive tokens",
                f"set {name} = on in postgresql.conf",
            )
    if db.session.scalar(text("SHOW synchronous_commit")) == "off":
        yield Finding.error(
            "synchronous_commit is off: a crash may revive a code that was used",
            "set synchronous_commit = on",
        )
