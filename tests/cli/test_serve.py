"""The production server's command; that it serves as it should is seen on a real one."""

import http.client
import os
import signal
import subprocess
import sys
import threading
import time
from contextlib import contextmanager

import pytest

from config import ServerSettings
from idp import processor
from idp.cli import serve
from tests.support import live_server, provider
from tests.support.databases import EngineKind

PATIENCE = 60


def test_a_database_that_is_behind_is_refused_and_the_way_out_named(idp):
    idp("db", "downgrade", "-1")

    ran = idp("serve")
    assert ran.exit_code == 1
    assert "idp db upgrade" in ran.errors


@pytest.mark.parametrize("address", ["8000", "localhost:", "localhost:65536", "unix:/run/idp"])
def test_an_address_that_is_none_is_wrong_usage(idp, address):
    assert idp("serve", "--bind", address).exit_code == 2


def test_more_threads_than_connections_are_refused(idp):
    ran = idp("serve", "--threads", "200")
    assert ran.exit_code == 1
    assert "IDP_DATABASE_POOL_SIZE" in ran.errors


def test_what_workers_of_an_ended_server_have_counted_is_removed(idp, monkeypatch, tmp_path):
    ended = subprocess.Popen([sys.executable, "-c", ""])
    ended.wait()
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    old = tmp_path / f"idp-metrics-{ended.pid}-x"
    of_a_living_one = tmp_path / f"idp-metrics-{os.getppid()}-x"
    old.mkdir()
    of_a_living_one.mkdir()
    became = []
    monkeypatch.setattr(serve, "_become", lambda *chosen: became.append(chosen))

    assert idp("serve", "--threads", "4").exit_code == 0
    assert not old.exists()
    assert of_a_living_one.exists()
    [(program, environment)] = became
    assert program[-1] == "wsgi:app"
    assert os.path.isdir(environment["PROMETHEUS_MULTIPROC_DIR"])
    assert environment["MALLOC_ARENA_MAX"] == serve.ARENAS


@pytest.mark.parametrize(("workers", "slots"), [("1", "6"), ("2", "3"), ("4", "2"), ("12", "1")])
def test_workers_share_the_cpus_for_hashing(idp, monkeypatch, workers, slots):
    monkeypatch.setattr(processor, "USABLE", frozenset(range(6)))
    monkeypatch.setattr(serve, "_become", lambda _program, environment: became.append(environment))
    became = []

    assert idp("serve", "--workers", workers, "--threads", "4").exit_code == 0
    monkeypatch.setenv("IDP_PASSWORDS__HASH_SLOTS", "7")
    assert idp("serve", "--workers", workers, "--threads", "4").exit_code == 0

    assert [one["IDP_PASSWORDS__HASH_SLOTS"] for one in became] == [slots, "7"]


@pytest.mark.parametrize("engine_kind", [EngineKind.SQLITE], indirect=True)
def test_no_request_is_lost_while_workers_are_replaced_and_the_end_is_announced(settings, tmp_path):
    with _served(settings, tmp_path) as (server, port, log):
        answers = _Answers(port)
        with answers.being_asked_for():
            server.send_signal(signal.SIGHUP)
            _wait_until(lambda: log.read_text().count("Stopped old worker") == 2)
        assert answers.statuses == {200}
        assert answers.failures == []

        # Every worker counts for itself; any of them tells what all have counted.
        assert _counted(port) >= answers.count

        server.send_signal(signal.SIGTERM)
        _wait_until(lambda: _get(port, "/readyz")[0] == 503)
        # Whoever has not noticed yet is served.
        assert {_get(port, "/healthz")[0] for _ in range(20)} == {200}
        assert server.poll() is None
        server.send_signal(signal.SIGTERM)  # a second one ends the wait
        assert server.wait(timeout=PATIENCE) == 0


@pytest.mark.parametrize("engine_kind", [EngineKind.SQLITE], indirect=True)
@pytest.mark.parametrize(("stays", "cpus"), [(True, 1), (False, len(processor.USABLE))])
def test_a_worker_stays_on_one_cpu_unless_it_is_told_otherwise(settings, tmp_path, stays, cpus):
    chosen = settings.model_copy(update={"server": ServerSettings(worker_stays=stays)})
    with _served(chosen, tmp_path) as (server, *_):
        assert [_cpus(worker) for worker in _workers(server.pid)] == [cpus, cpus]
        assert _cpus(server.pid) == len(processor.USABLE)


def _cpus(pid):
    return len(os.sched_getaffinity(pid))


def _workers(server):
    """The processes that the server has started and that serve: Python's own watcher does not."""
    listed = subprocess.run(
        ["ps", "-o", "pid=,args=", "--ppid", str(server)],
        capture_output=True,
        text=True,
        check=True,
    )
    return [int(line.split()[0]) for line in listed.stdout.splitlines() if "tracker" not in line]


@contextmanager
def _served(settings, tmp_path):
    port, log = live_server.free_port(), tmp_path / "serve.log"
    room = ["--workers", "2", "--threads", "4", "--pause", str(PATIENCE)]
    command = ["serve", "--bind", f"127.0.0.1:{port}", *room]
    with log.open("wb") as output:
        server = subprocess.Popen(
            [sys.executable, "-m", "idp", *command],
            env=provider.environment(settings),
            stdout=output,
            stderr=subprocess.STDOUT,
        )
    try:
        _wait_until(lambda: log.read_text().count("Started worker") == 2)
        yield server, port, log
    finally:
        server.send_signal(signal.SIGINT)
        server.wait(timeout=PATIENCE)


class _Answers:
    """What clients that open a connection for each request, as a proxy does, are answered."""

    def __init__(self, port):
        self.port = port
        self.count = 0
        self.statuses = set()
        self.failures = []
        self._over = threading.Event()

    @contextmanager
    def being_asked_for(self):
        askers = [threading.Thread(target=self._ask) for _ in range(4)]
        for asker in askers:
            asker.start()
        try:
            yield
        finally:
            self._over.set()
            for asker in askers:
                asker.join()

    def _ask(self):
        while not self._over.is_set():
            try:
                self.statuses.add(_get(self.port, "/readyz")[0])
                self.count += 1
            except OSError as error:
                self.failures.append(error)


def _get(port, path):
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE)
    try:
        connection.request("GET", path)
        answer = connection.getresponse()
        return answer.status, answer.read().decode()
    finally:
        connection.close()


def _counted(port):
    lines = _get(port, "/metrics")[1].splitlines()
    about_probes = [line for line in lines if line.startswith("idp_requests_total")]
    return sum(float(line.rpartition(" ")[2]) for line in about_probes)


def _wait_until(is_so):
    deadline = time.monotonic() + PATIENCE
    while not is_so():
        assert time.monotonic() < deadline
        time.sleep(0.05)
