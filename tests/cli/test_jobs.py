import re
import signal
import subprocess
import sys
import time

import httpx
import pytest

from idp.job_lease import Lease
from idp.jobs import runner
from tests.support import provider
from tests.support.live_server import free_port


def test_once_runs_every_job_and_prints_one_document(idp):
    ran = idp("jobs", "--once", "--json")

    assert ran.exit_code == 0
    assert [one["job"] for one in ran.document] == [job.name for job in runner.JOBS]
    assert not any(one["failed"] for one in ran.document)


def test_once_fails_when_a_job_fails(idp, monkeypatch):
    def fail(_now):
        raise ZeroDivisionError

    broken = runner.Job("broken", runner.JOBS[0].interval, fail)
    monkeypatch.setattr(runner, "JOBS", (broken,))

    ran = idp("jobs", "--once")
    assert ran.exit_code == 1
    assert "broken" in ran.errors


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_the_loop_tells_prometheus_and_ends_in_order(settings, tmp_path, number):
    log, port = tmp_path / "jobs.log", free_port()
    with log.open("w") as file:
        loop = subprocess.Popen(
            [sys.executable, "-m", "idp", "jobs", "--metrics", f"127.0.0.1:{port}"],
            env=provider.environment(settings) | {"IDP_LOG_LEVEL": "DEBUG"},
            stdout=file,
            stderr=subprocess.STDOUT,
        )
    try:
        deadline = time.monotonic() + 60
        while not {"purge", "heartbeat"} <= set(re.findall(r"\w+", log.read_text())):
            assert time.monotonic() < deadline
            time.sleep(0.1)
        told = httpx.get(f"http://127.0.0.1:{port}/metrics").text
        assert "idp_jobs_held 1.0" in told
        assert 'idp_job_runs_total{name="heartbeat",result="done"}' in told
        loop.send_signal(number)
        assert loop.wait(timeout=30) == 0
    finally:
        loop.kill()
        loop.wait()
    assert "Traceback" not in log.read_text()


def test_status_tells_which_node_runs_them(idp, app):
    assert idp("jobs", "--status").output == "Nobody runs the jobs.\n"
    with app.app_context():
        node = Lease()
        node.hold()

    told = idp("jobs", "--status", "--json").document
    assert (told["running"], told["holder"]) == (True, node.holder)
    assert node.holder in idp("jobs", "--once").errors
