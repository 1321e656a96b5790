"""The background jobs and their loops: each job when it is due, until the process is told to stop.

There is a loop per lane, so that a slow mail server does not hold up the notices of a sign-out, nor
a slow picture the rotation of keys.
Jobs are idempotent and write by conditional statements, so it does no harm when two nodes run the
same one; it is only done twice.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum, auto
from threading import Event
from typing import TYPE_CHECKING

import structlog

from idp import clock, opaque, origin
from idp.jobs import (
    answer_requests,
    deliver_mail,
    deliver_outbox,
    fetch_logos,
    heartbeat,
    purge,
    rotate_keys,
    seal_audit,
)

if TYPE_CHECKING:
    from flask import Flask

_log = structlog.get_logger(__name__)


class Lane(Enum):
    """Jobs of one lane wait for each other."""

    HOUSE = auto()
    """What needs nothing but the database."""
    NOTICES = auto()
    MAIL = auto()
    LOGOS = auto()


@dataclass(frozen=True, slots=True)
class Job:
    """Something that is done again and again. It returns how much it did."""

    name: str
    interval: timedelta
    run: Callable[[datetime], int]
    lane: Lane = Lane.HOUSE


JOBS: tuple[Job, ...] = (
    Job("heartbeat", timedelta(seconds=10), heartbeat.run),
    Job("seal_audit", timedelta(seconds=1), seal_audit.run),
    Job("deliver_outbox", timedelta(seconds=2), deliver_outbox.run, Lane.NOTICES),
    Job("answer_requests", timedelta(seconds=2), answer_requests.run, Lane.MAIL),
    Job("deliver_mail", timedelta(seconds=2), deliver_mail.run, Lane.MAIL),
    Job("rotate_keys", timedelta(hours=1), rotate_keys.run),
    Job("fetch_logos", timedelta(seconds=10), fetch_logos.run, Lane.LOGOS),
    Job("purge", timedelta(minutes=1), purge.run),
)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one run. `done` is None when it failed."""

    job: str
    done: int | None


def run_once(app: Flask) -> list[Outcome]:
    """Every job once, in order; one that fails does not keep the others from running."""
    return [_run(app, job) for job in JOBS]


def run_until(stop: Event, app: Flask) -> None:
    """Every job at its interval. Returns soon after `stop` is set, never in the middle of a job."""
    lanes = [[job for job in JOBS if job.lane is lane] for lane in Lane]
    with ThreadPoolExecutor(len(lanes), thread_name_prefix="jobs") as pool:
        for loop in [pool.submit(_loop, stop, app, jobs) for jobs in lanes if jobs]:
            loop.result()


def _loop(stop: Event, app: Flask, jobs: Sequence[Job]) -> None:
    due_at = {job.name: time.monotonic() for job in jobs}
    try:
        while not stop.is_set():
            for job in jobs:
                if not stop.is_set() and due_at[job.name] <= time.monotonic():
                    _run(app, job)
                    due_at[job.name] = time.monotonic() + job.interval.total_seconds()
            stop.wait(max(0, min(due_at.values()) - time.monotonic()))
    finally:
        # Should one loop break, the process ends, and whoever watches it starts it again.
        stop.set()


def _run(app: Flask, job: Job) -> Outcome:
    # A context of its own: no session, no identity map outlives the job.
    with app.app_context():
        origin.enter(origin.Origin(actor=f"job:{job.name}", reference=opaque.identifier()[-8:]))
        started = time.monotonic()
        try:
            done = job.run(clock.now())
        except Exception:  # noqa: BLE001  whatever it is, the other jobs go on and it is logged
            _log.exception("job_failed", job=job.name)
            return Outcome(job.name, None)
        seconds = round(time.monotonic() - started, 3)
        write = _log.info if done else _log.debug  # a job that runs every two seconds says little
        write("job_done", job=job.name, done=done, seconds=seconds)
        return Outcome(job.name, done)
