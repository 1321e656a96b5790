"""A program as it is deployed: granian in a process of its own, with real threads."""

from __future__ import annotations

import os
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.client import HTTPConnection
from pathlib import Path
from urllib.parse import urlsplit

PROJECT = Path(__file__).resolve().parents[2]
START_TIMEOUT = 60.0


class ServerDidNotStart(Exception):
    """The message is what the server said."""


@dataclass(slots=True)
class LiveServer:
    """One server; `stop` and `start` again for tests of restarts."""

    url: str
    environment: Mapping[str, str]
    log: Path
    ledger: Path
    """Folder where running servers are written down, so that an interrupted run can end them."""
    threads: int = 8
    application: tuple[str, ...] = ("wsgi:app",)
    folder: Path = PROJECT
    health_path: str = "/healthz"
    process: subprocess.Popen[bytes] | None = field(default=None, init=False)

    def start(self) -> None:
        """Return when it answers."""
        with self.log.open("ab") as output:
            self.process = subprocess.Popen(
                [*_leash(), *self._command()],
                cwd=self.folder,
                env=dict(self.environment),
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,  # so that all of it can be ended, and Ctrl-C is ours
            )
        self._entry().touch()
        deadline = time.monotonic() + START_TIMEOUT
        while not self._answers():
            if self.process.poll() is not None or time.monotonic() > deadline:
                self.stop()
                raise ServerDidNotStart(self.output())
            time.sleep(0.05)

    def stop(self) -> None:
        """End it and every process it has started."""
        if self.process is None:
            return
        self.process.terminate()
        with suppress(subprocess.TimeoutExpired):
            self.process.wait(10)
        with suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()
        self._entry().unlink(missing_ok=True)
        self.process = None

    def output(self) -> str:
        """What it has logged so far."""
        return self.log.read_text(errors="replace")

    def _command(self) -> list[str]:
        where = ["--host", "127.0.0.1", "--port", str(urlsplit(self.url).port)]
        room = ["--workers", "1", "--blocking-threads", str(self.threads), "--no-ws"]
        granian = [sys.executable, "-m", "granian", "--interface", "wsgi"]
        return [*granian, *where, *room, *self.application]

    def _entry(self) -> Path:
        assert self.process is not None
        return self.ledger / str(self.process.pid)

    def _answers(self) -> bool:
        connection = HTTPConnection("127.0.0.1", urlsplit(self.url).port or 0, timeout=5)
        try:
            connection.request("GET", self.health_path, headers={"Host": urlsplit(self.url).netloc})
            return connection.getresponse().status == 200
        except OSError:
            return False
        finally:
            connection.close()

    def _listens(self) -> bool:
        """Less than an answer: for servers that speak TLS."""
        with socket.socket() as probe:
            probe.settimeout(5)
            return probe.connect_ex(("127.0.0.1", urlsplit(self.url).port or 0)) == 0


def _leash() -> list[str]:
    """On Linux the server ends when the worker that started it does, even if that one is killed."""
    program = shutil.which("setpriv")
    return [program, "--pdeathsig", "TERM"] if program else []


@contextmanager
def running(server: LiveServer) -> Iterator[LiveServer]:
    """Started now, stopped in the end, whatever happens in between."""
    server.start()
    try:
        yield server
    finally:
        server.stop()


def free_port() -> int:
    """A loopback port nobody uses, outside the range from which outgoing connections draw."""
    while True:
        port = 20_000 + secrets.randbelow(12_000)
        with socket.socket() as probe, suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return port
