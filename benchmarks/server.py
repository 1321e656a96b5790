"""Servers as in production: two workers, 32 threads each, a log in a file.

Nothing survives the block.
"""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from http.client import HTTPConnection
from pathlib import Path

from benchmarks import processes
from config import PROJECT

OURS = "wsgi:app"
"""What is served by the command that operators use; other apps are by granian, which it becomes."""
WORKERS = 2
THREADS = 32
START_TIMEOUT = 60.0
STOP_TIMEOUT = 10.0


class ServerFailed(Exception):
    """It did not come up; the message is the end of its log."""


@dataclass(frozen=True, slots=True)
class Server:
    """A running server."""

    pid: int
    port: int

    def worker_pids(self) -> list[int]:
        """Its workers; granian's own process and Python's resource tracker serve nobody."""
        known = (pid for pid in processes.tree(self.pid) if pid != self.pid)
        return [pid for pid in known if processes.pss_mib(pid) > 20]

    def memory(self) -> list[float]:
        """MiB (PSS) of each worker."""
        return [processes.pss_mib(pid) for pid in self.worker_pids()]


@contextmanager
def running(
    target: str,
    environment: Mapping[str, str],
    log: Path,
    *,
    health_path: str,
    workers: int = WORKERS,
) -> Iterator[Server]:
    """Serve `module:attribute` until the end of the block."""
    port = _free_port()
    with log.open("ab") as output:
        process = subprocess.Popen(
            _command(target, port, workers),
            cwd=PROJECT,
            env=dict(environment),
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    try:
        _wait_until_it_answers(process, port, health_path, log)
        yield Server(process.pid, port)
    finally:
        _end(process)


def _command(target: str, port: int, workers: int) -> list[str]:
    many = ["--workers", str(workers)]
    if target == OURS:
        where = ["--bind", f"127.0.0.1:{port}", "--pause", "0"]
        return [sys.executable, "-m", "idp", "serve", *where, *many, "--threads", str(THREADS)]
    where = ["--host", "127.0.0.1", "--port", str(port), "--no-ws", "--respawn-failed-workers"]
    room = [*many, "--blocking-threads", str(THREADS)]
    return [sys.executable, "-m", "granian", "--interface", "wsgi", *where, *room, target]


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _wait_until_it_answers(
    process: subprocess.Popen[bytes], port: int, health_path: str, log: Path
) -> None:
    deadline = time.monotonic() + START_TIMEOUT
    while not _answers(port, health_path):
        if process.poll() is not None or time.monotonic() > deadline:
            raise ServerFailed(log.read_text(errors="replace")[-3000:])
        time.sleep(0.05)


def _answers(port: int, path: str) -> bool:
    connection = HTTPConnection("127.0.0.1", port, timeout=5)
    try:
        connection.request("GET", path)
        return connection.getresponse().status == 200
    except OSError:
        return False
    finally:
        connection.close()


def _end(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    with suppress(subprocess.TimeoutExpired):
        process.wait(STOP_TIMEOUT)
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()
