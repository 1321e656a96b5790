"""The jobs run on one node at a time: whoever holds the lease, a row in the database.

It is renewed every other second and expires soon after its holder dies. One conditional write takes
it; its row count is the verdict. A holder that was only stopped for a while, and goes on after
somebody else took over, is kept out by the fence: each commit of a job reads the row that it holds
in the same transaction, and without it nothing is written
(docs/decisions/0026-one-node-runs-the-jobs.md).
"""

from __future__ import annotations

import os
import secrets
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from sqlalchemy import (
    ColumnElement,
    DateTime,
    Interval,
    case,
    cast,
    event,
    func,
    literal,
    or_,
    select,
)
from sqlalchemy import update as sql_update

from idp import clock
from idp.extensions import db, insert, rows_changed, transaction
from idp.models import JobLease
from idp.models.base import UtcDateTime

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

NAME = "jobs"
LASTS = timedelta(seconds=6)
RENEWED_EVERY = timedelta(seconds=2)
NOBODY = 0
"""A fence that is never in force."""

_fence: ContextVar[int | None] = ContextVar("idp.job_lease.fence", default=None)


class LeaseLost(Exception):
    """Somebody else runs the jobs now; what this one was about to commit is not written."""


@dataclass(frozen=True, slots=True)
class Held:
    """The lease as it stands in the database."""

    holder: str
    fence: int
    taken_at: datetime
    is_over: bool


class Lease:
    """Of this process: asked for again and again, let go in the end."""

    def __init__(self) -> None:
        self.holder = f"{socket.gethostname()[:80]}:{os.getpid()}:{secrets.token_hex(3)}"
        self._fence: int | None = None
        self._good_until = float("-inf")

    @property
    def fence(self) -> int | None:
        """What our writes are checked by; None while we do not hold it.

        By a clock that runs on while this process is stopped: it begins nothing when it comes back.
        """
        return self._fence if time.monotonic() < self._good_until else None

    def hold(self) -> bool:
        """Take it if nobody has it, else renew our own. False: it is another one's."""
        began = time.monotonic()
        with transaction():
            fence = _take(self.holder)
        self._fence = fence
        self._good_until = began + LASTS.total_seconds() if fence is not None else float("-inf")
        return fence is not None

    def let_go(self) -> None:
        """So that the next one need not wait."""
        mine = sql_update(JobLease).where(JobLease.name == NAME, JobLease.holder == self.holder)
        with transaction():
            rows_changed(mine.values(expires_at=_now()))
        self._good_until = float("-inf")


def current() -> Held | None:
    """Who runs the jobs, or did so last. None: nobody ever has."""
    is_over = (JobLease.expires_at <= _now()).label("is_over")
    found = select(JobLease.holder, JobLease.fence, JobLease.taken_at, is_over)
    row = db.session.execute(found.where(JobLease.name == NAME)).one_or_none()
    return Held(row.holder, row.fence, row.taken_at, bool(row.is_over)) if row else None


@contextmanager
def fenced(fence: int) -> Iterator[None]:
    """What is committed within needs this fence to be in force."""
    token = _fence.set(fence)
    try:
        yield
    finally:
        _fence.reset(token)


def _now() -> ColumnElement[datetime]:
    """By the one clock that all nodes share; a SQLite file is on one machine anyway."""
    if db.engine.dialect.name == "postgresql":
        return func.clock_timestamp(type_=UtcDateTime())
    return literal(clock.now(), UtcDateTime())


def _end() -> ColumnElement[datetime]:
    if db.engine.dialect.name == "postgresql":
        return func.clock_timestamp(type_=DateTime(timezone=True)) + cast(LASTS, Interval)
    return literal(clock.now() + LASTS, UtcDateTime())


def _take(holder: str) -> int | None:
    """The fence, or None when somebody else has it."""
    new = insert(JobLease).values(
        name=NAME, holder=holder, fence=1, taken_at=_now(), expires_at=_end()
    )
    is_mine = JobLease.holder == holder
    taken = new.on_conflict_do_update(
        index_elements=[JobLease.name],
        set_={
            "holder": holder,
            "expires_at": new.excluded.expires_at,
            "taken_at": case((is_mine, JobLease.taken_at), else_=new.excluded.taken_at),
            "fence": JobLease.fence + case((is_mine, 0), else_=1),
        },
        where=or_(is_mine, JobLease.expires_at <= _now()),
    )
    return db.session.scalar(taken.returning(JobLease.fence))


@event.listens_for(db.session, "before_commit")
def _keep_out_the_overtaken(session: Session) -> None:
    """The row is locked until the commit is done: nobody takes over in between."""
    fence = _fence.get()
    if fence is None:
        return
    session.flush()
    held = select(JobLease.fence).where(JobLease.name == NAME).with_for_update(read=True)
    if session.scalar(held) != fence:
        raise LeaseLost
