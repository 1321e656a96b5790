"""The background jobs and their loops: each job when it is due, until the process is told to stop.

There is a loop per lane, so that a slow mail server does not hold up the notices of a sign-out, nor
a slow picture the rotation of keys.
One node runs them at a time, by a lease in the database (`idp.job_lease`); the others wait for it.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum, auto
from threading import Event
from typing import TYPE_CHECKING

import structlog
from sqlalchemy.exc import SQLAlchemyError

from idp import clock, job_lease, metrics, opaque, origin
from idp.extensions import db
from idp.job_lease import Lease
from idp.jobs import (
    answer_requests,
    count_events,
    count_people,
    deliver_mail,
    deliver_outbox,
    fetch_logos,
    heartbeat,
    import_people,
    purge,
    rotate_keys,
    seal_audit,
    settle_factor_resets,
)

if TYPE_CHECKING:
    from flask import Flask

_log = structlog.get_logger(__name__)


class Lane(Enum):
    """Jobs of one lane wait for each other."""

    HOUSE = auto()
    """What needs nothing but the database."""
    LOG = auto()
    """As much as happens is sealed."""
    NOTICES = auto()
    MAIL = auto()
    LOGOS = auto()
    PEOPLE = auto()
    """Files of people, which may be long."""
    PURGE = auto()
    """After a while without it there may be much to do, and the heart has to beat meanwhile."""


@dataclass(frozen=True, slots=True)
class Job:
    """Something that is done again and again. It returns how much it did."""

    name: str
    interval: timedelta
    run: Callable[[datetime], int]
    lane: Lane = Lane.HOUSE


JOBS: tuple[Job, ...] = (
    Job("heartbeat", timedelta(seconds=10), heartbeat.run),
    Job("seal_audit", timedelta(seconds=1), seal_audit.run, Lane.LOG),
    Job("deliver_outbox", timedelta(seconds=2), deliver_outbox.run, Lane.NOTICES),
    Job("answer_requests", timedelta(seconds=2), answer_requests.run, Lane.MAIL),
    Job("deliver_mail", timedelta(seconds=2), deliver_mail.run, Lane.MAIL),
    Job("rotate_keys", timedelta(hours=1), rotate_keys.run),
    Job("fetch_logos", timedelta(seconds=10), fetch_logos.run, Lane.LOGOS),
    Job("settle_factor_resets", timedelta(minutes=1), settle_factor_resets.run),
    Job("count_events", timedelta(minutes=5), count_events.run),
    Job("purge", timedelta(minutes=1), purge.run, Lane.PURGE),
    Job("import_people", timedelta(seconds=2), import_people.run, Lane.PEOPLE),
    Job("count_people", timedelta(minutes=5), count_people.run, Lane.PEOPLE),
    Job("wrap_passwords", timedelta(seconds=10), import_people.wrap, Lane.PEOPLE),
)


WAITING_SECONDS = 1.0
"""How often a node that waits looks whether it is its turn."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one run. `done` is None when it failed."""

    job: str
    done: int | None


class HeldElsewhere(Exception):
    """Another process runs the jobs; the message names it."""


def run_once(app: Flask) -> list[Outcome]:
    """Every job once, in order; one that fails does not keep the others from running.

    Raises `HeldElsewhere`.
    """
    ours, done = Lease(), Event()
    with app.app_context():
        if not ours.hold():
            held = job_lease.current()
            raise HeldElsewhere(held.holder if held else "another process")
    with ThreadPoolExecutor(1, thread_name_prefix="lease") as pool:
        keeping = pool.submit(_keep, done, app, ours)
        try:
            return [_run(app, job, ours) for job in JOBS]
        finally:
            done.set()
            keeping.result()


def run_until(stop: Event, app: Flask) -> None:
    """Every job at its interval, while this is the node that runs them. Returns soon after `stop`
    is set, never in the middle of a job.
    """
    ours, over = Lease(), Event()
    lanes = [[job for job in JOBS if job.lane is lane] for lane in Lane]
    with ThreadPoolExecutor(len(lanes) + 1, thread_name_prefix="jobs") as pool:
        keeping = pool.submit(_keep, over, app, ours)
        try:
            for loop in [pool.submit(_loop, stop, app, jobs, ours) for jobs in lanes if jobs]:
                loop.result()
        finally:
            # Not before the last job is done: until then it needs the lease.
            over.set()
            keeping.result()


def _keep(over: Event, app: Flask, ours: Lease) -> None:
    """Take the lease, or renew it, until it is over; then let it go."""
    held = False
    with app.app_context():
        while not over.is_set():
            try:
                now_held = ours.hold()
            except SQLAlchemyError as error:
                _log.warning("lease_not_renewed", kind=type(error).__name__)
            else:
                if now_held is not held:
                    _log.info("lease_taken" if now_held else "lease_is_elsewhere", by=ours.holder)
                held = now_held
            finally:
                db.session.remove()
            metrics.jobs_held.set(ours.fence is not None)
            over.wait(job_lease.RENEWED_EVERY.total_seconds() if held else WAITING_SECONDS)
        with suppress(SQLAlchemyError):
            ours.let_go()


def _loop(stop: Event, app: Flask, jobs: Sequence[Job], ours: Lease) -> None:
    due_at = {job.name: time.monotonic() for job in jobs}
    try:
        while not stop.is_set():
            for job in jobs:
                is_due = due_at[job.name] <= time.monotonic() and ours.fence is not None
                if is_due and not stop.is_set():
                    _run(app, job, ours)
                    due_at[job.name] = time.monotonic() + job.interval.total_seconds()
            waits = min(due_at.values()) - time.monotonic()
            stop.wait(max(0.0, waits) if ours.fence is not None else WAITING_SECONDS / 4)
    finally:
        # Should one loop break, the process ends, and whoever watches it starts it again.
        stop.set()


def _run(app: Flask, job: Job, ours: Lease) -> Outcome:
    # A context of its own: no session, no identity map outlives the job.
    with app.app_context():
        origin.enter(origin.Origin(actor=f"job:{job.name}", reference=opaque.identifier()[-8:]))
        started = time.monotonic()
        try:
            with job_lease.fenced(ours.fence or job_lease.NOBODY):
                done = job.run(clock.now())
        except job_lease.LeaseLost:
            metrics.job_runs.labels(job.name, "overtaken").inc()
            _log.warning("job_overtaken", job=job.name)
            return Outcome(job.name, None)
        except Exception:  # noqa: BLE001  whatever it is, the other jobs go on and it is logged
            metrics.job_runs.labels(job.name, "failed").inc()
            _log.exception("job_failed", job=job.name)
            return Outcome(job.name, None)
        metrics.job_runs.labels(job.name, "done").inc()
        seconds = round(time.monotonic() - started, 3)
        write = _log.info if done else _log.debug  # a job that runs every two seconds says little
        write("job_done", job=job.name, done=done, seconds=seconds)
        return Outcome(job.name, done)
