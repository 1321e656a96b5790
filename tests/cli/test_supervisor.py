"""Several programs as one: all come up; when one ends, or we are asked to stop, none is left."""

import os
import signal
import subprocess
import sys
import textwrap
import time
from pathlib import Path

import pytest

from idp.cli import supervisor
from idp.cli.supervisor import Part, PartFailed
from tests.support.live_server import free_port

FOLDER = Path(__file__).parent


def part(name, code, **more):
    return Part(name, (sys.executable, "-u", "-c", textwrap.dedent(code)), FOLDER, **more)


def web_server(port, tmp_path):
    """Answers with 200, and has a worker of its own, as servers do."""
    return part(
        "web",
        f"""
        import http.server, os, pathlib, subprocess, sys
        worker = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
        pathlib.Path({str(tmp_path)!r}, "pids").write_text(f"{{os.getpid()}} {{worker.pid}}")
        handler = http.server.SimpleHTTPRequestHandler
        http.server.HTTPServer(("127.0.0.1", {port}), handler).serve_forever()
        """,
        port=port,
    )


def is_running(pid):
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0]
    except (FileNotFoundError, ProcessLookupError):
        return False
    return state != "Z"


def pids(tmp_path):
    return [int(pid) for pid in (tmp_path / "pids").read_text().split()]


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_signal_ends_every_part_with_its_workers(tmp_path, number):
    def ask_to_stop():
        os.kill(os.getpid(), number)

    supervisor.run([web_server(free_port(), tmp_path)], when_ready=ask_to_stop)

    assert [pid for pid in pids(tmp_path) if is_running(pid)] == []


def test_when_one_part_crashes_all_end_and_its_output_is_told(tmp_path):
    crashing = part("jobs", "import time; time.sleep(0.5); raise SystemExit('no such table')")
    ready = []

    with pytest.raises(PartFailed, match=r"jobs ended \(exit code 1\):\nno such table"):
        supervisor.run(
            [web_server(free_port(), tmp_path), crashing], when_ready=lambda: ready.append("ready")
        )

    assert [pid for pid in pids(tmp_path) if is_running(pid)] == []


def test_a_part_that_ends_well_is_a_failure_too():
    with pytest.raises(PartFailed, match=r"jobs ended \(exit code 0\)"):
        supervisor.run([part("jobs", "print('done')")], when_ready=lambda: None)


def test_nothing_is_announced_before_everything_answers(tmp_path):
    port = free_port()
    slow = part(
        "slow",
        f"""
        import http.server, pathlib, time
        time.sleep(1)
        pathlib.Path({str(tmp_path)!r}, "listening").touch()
        handler = http.server.SimpleHTTPRequestHandler
        http.server.HTTPServer(("127.0.0.1", {port}), handler).serve_forever()
        """,
        port=port,
    )
    listening_when_announced = []

    def announce():
        listening_when_announced.append((tmp_path / "listening").exists())
        os.kill(os.getpid(), signal.SIGINT)

    supervisor.run([slow], when_ready=announce)

    assert listening_when_announced == [True]


def test_a_part_that_ignores_the_polite_signal_is_killed(tmp_path, monkeypatch):
    monkeypatch.setattr(supervisor, "STOP_TIMEOUT", 1.0)
    stubborn = part(
        "stubborn",
        f"""
        import os, pathlib, signal, time
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        pathlib.Path({str(tmp_path)!r}, "pids").write_text(str(os.getpid()))
        time.sleep(600)
        """,
    )

    def ask_to_stop():
        while not (tmp_path / "pids").exists():
            time.sleep(0.02)
        os.kill(os.getpid(), signal.SIGINT)

    supervisor.run([stubborn], when_ready=ask_to_stop)

    assert [pid for pid in pids(tmp_path) if is_running(pid)] == []


def test_output_is_handed_on_with_the_name_of_its_part():
    heard = []

    with pytest.raises(PartFailed):
        supervisor.run(
            [part("jobs", "print('hello')")],
            when_ready=lambda: None,
            listener=lambda name, line: heard.append((name, line)),
        )

    assert heard == [("jobs", "hello\n")]


def test_a_port_in_use_is_noticed_and_a_free_one_is_not(tmp_path):
    port = free_port()
    with subprocess.Popen(
        [sys.executable, "-m", "http.server", str(port), "--bind", "127.0.0.1"],
        cwd=tmp_path,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    ) as other:
        try:
            until = time.monotonic() + 10
            while not supervisor.ports_in_use([port]) and time.monotonic() < until:
                time.sleep(0.02)
            assert supervisor.ports_in_use([port, free_port()]) == [port]
        finally:
            other.terminate()
