import threading
import time
from datetime import timedelta

import pytest

from idp import origin
from idp.extensions import db
from idp.jobs import runner
from idp.jobs.runner import Job, Outcome


@pytest.fixture
def jobs(monkeypatch):
    """The table of jobs, empty until a test fills it."""

    def fill(*table):
        monkeypatch.setattr(runner, "JOBS", table)

    return fill


def job(name, run, seconds=3600):
    return Job(name, timedelta(seconds=seconds), run)


def test_every_real_job_runs(app):
    outcomes = runner.run_once(app)

    assert len(outcomes) == len(runner.JOBS)
    assert [outcome.job for outcome in outcomes if outcome.done is None] == []


def test_a_job_that_fails_does_not_keep_the_others_from_running(app, jobs):
    def fail(_now):
        raise ZeroDivisionError

    jobs(job("broken", fail), job("fine", lambda _now: 3))

    assert runner.run_once(app) == [Outcome("broken", None), Outcome("fine", 3)]


def test_a_job_is_its_own_actor_in_its_own_context(app, jobs):
    sessions = []

    def look(_now):
        sessions.append(db.session())
        assert origin.current().actor == "job:look"
        return 0

    jobs(job("look", look))
    assert runner.run_once(app) == [Outcome("look", 0)]
    assert sessions[0] is not db.session()


def test_each_job_runs_at_its_own_interval_until_it_is_stopped(app, jobs):
    ran = {"often": 0, "seldom": 0}

    def counting(name):
        def run(_now):
            ran[name] += 1
            return 0

        return run

    jobs(job("often", counting("often"), 0.02), job("seldom", counting("seldom")))
    stop = threading.Event()
    loop = threading.Thread(target=runner.run_until, args=(stop, app))
    loop.start()
    deadline = time.monotonic() + 20
    while ran["often"] < 3 and time.monotonic() < deadline:
        time.sleep(0.01)
    stop.set()
    loop.join(timeout=20)

    assert not loop.is_alive()
    assert ran["often"] >= 3
    assert ran["seldom"] == 1
