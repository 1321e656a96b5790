"""Two nodes run `idp jobs`: one works, and the other takes over when it dies."""

from __future__ import annotations

import os
import signal
import time
from pathlib import Path

from flask import Flask

from idp import job_lease
from idp.extensions import db
from idp.job_lease import Held
from tests.reliability import site as sites
from tests.support.databases import EngineKind

TAKEN_OVER_WITHIN = job_lease.LASTS.total_seconds() + 4


def test_another_node_takes_over_when_the_one_at_work_is_killed(tmp_path: Path) -> None:
    """On PostgreSQL, as several nodes are; the lease itself is tried on both."""
    with sites.opened(EngineKind.POSTGRESQL, tmp_path, nodes=0) as site:
        nodes = {process.pid: process for process in (site.start_jobs(), site.start_jobs())}
        first = holder(site.app, within=60)
        time.sleep(3)  # it renews it, and the other one waits
        assert holder(site.app, within=5).fence == first.fence

        began = time.monotonic()
        os.kill(pid_of(first), signal.SIGKILL)
        second = holder(site.app, within=30, but=first)
        took = time.monotonic() - began

        assert {pid_of(first), pid_of(second)} == set(nodes)
        assert second.fence == first.fence + 1
        assert took < TAKEN_OVER_WITHIN

        nodes[pid_of(second)].send_signal(signal.SIGTERM)
        assert nodes[pid_of(second)].wait(30) == 0
        third = site.start_jobs()
        assert pid_of(holder(site.app, within=60, but=second)) == third.pid


def pid_of(held: Held) -> int:
    return int(held.holder.split(":")[1])


def holder(app: Flask, *, within: float, but: Held | None = None) -> Held:
    """Who works now, and is not the one that we know."""
    deadline = time.monotonic() + within
    while time.monotonic() < deadline:
        with app.app_context():
            held = job_lease.current()
            db.session.remove()
        if held and not held.is_over and (but is None or held.fence > but.fence):
            return held
        time.sleep(0.1)
    raise AssertionError("nobody runs the jobs")
