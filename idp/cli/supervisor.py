"""Runs several programs in the foreground as one: all come up, and when one ends, all end.

Each program leads a process group of its own, so that its workers end with it, and so that Ctrl-C
reaches only us, who then stop everything in order.
"""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.client import HTTPConnection
from pathlib import Path
from types import FrameType

HOST = "127.0.0.1"
START_TIMEOUT = 60.0
STOP_TIMEOUT = 8.0
TAIL_LINES = 40
_STOPPING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class PartFailed(Exception):
    """A program ended by itself, or did not come up; the message holds its last output."""


@dataclass(frozen=True, slots=True)
class Part:
    """One program. `health_path` is asked on `port` until it answers 200; no port, no question."""

    name: str
    command: Sequence[str]
    folder: Path
    environment: Mapping[str, str] = field(default_factory=dict)
    port: int | None = None
    health_path: str = "/"


def silent(_name: str, _line: str) -> None:
    """Output is kept for the case of a failure only."""


def to_terminal(name: str, line: str) -> None:
    """Every line as it comes, with the name of its part."""
    sys.stdout.write(f"{name:>8} | {line}")
    sys.stdout.flush()


class Running:
    """A started part: its process group and the end of its output."""

    def __init__(self, part: Part, listener: Callable[[str, str], None]) -> None:
        self.part = part
        self.tail: deque[str] = deque(maxlen=TAIL_LINES)
        self._listener = listener
        self.process = subprocess.Popen(  # noqa: S603  our own commands, no shell
            list(part.command),
            cwd=part.folder,
            env={**os.environ, **part.environment},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            start_new_session=True,
        )
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def _read(self) -> None:
        if self.process.stdout is None:
            return
        with self.process.stdout as output:
            for line in output:
                self.tail.append(line)
                self._listener(self.part.name, line)

    def require_alive(self) -> None:
        if (code := self.process.poll()) is None:
            return
        self._reader.join(timeout=1)
        raise PartFailed(f"{self.part.name} ended (exit code {code}):\n{''.join(self.tail)}")

    def answers(self) -> bool:
        """Whether it is ready; one without a port is ready at once."""
        if self.part.port is None:
            return True
        connection = HTTPConnection(HOST, self.part.port, timeout=5)
        try:
            connection.request("GET", self.part.health_path)
            return connection.getresponse().status == 200
        except OSError:
            return False
        finally:
            connection.close()

    def signal(self, number: int) -> None:
        try:
            os.killpg(self.process.pid, number)
        except ProcessLookupError:
            return

    def finish(self) -> None:
        """Collect the exit code and the rest of the output."""
        self.process.wait()
        self._reader.join(timeout=1)

    def is_gone(self) -> bool:
        """Also its workers, which may outlive it for a moment."""
        self.process.poll()
        try:
            os.killpg(self.process.pid, 0)
        except ProcessLookupError:
            return True
        return False


def ports_in_use(ports: Sequence[int]) -> list[int]:
    """Those that somebody else listens on."""
    return [port for port in ports if not _is_free(port)]


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        # Like servers do: a connection that is still being closed does not occupy the port.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError:
            return False
    return True


def run(
    parts: Sequence[Part],
    *,
    when_ready: Callable[[], None],
    listener: Callable[[str, str], None] = silent,
) -> None:
    """Until Ctrl-C or a termination signal. Raises `PartFailed`; leaves nothing running."""
    running: list[Running] = []
    with _asked_to_stop() as stop:
        try:
            running.extend(Running(part, listener) for part in parts)
            if _come_up(running, stop):
                when_ready()
            while not stop.wait(0.2):
                _require_all_alive(running)
        finally:
            _end(running)


def _come_up(running: Sequence[Running], stop: threading.Event) -> bool:
    deadline = time.monotonic() + START_TIMEOUT
    for one in running:
        while not one.answers():
            _require_all_alive(running)
            if time.monotonic() > deadline:
                raise PartFailed(f"{one.part.name} does not answer:\n{''.join(one.tail)}")
            if stop.wait(0.1):
                return False
    _require_all_alive(running)
    return True


def _require_all_alive(running: Sequence[Running]) -> None:
    for one in running:
        one.require_alive()


def _end(running: Sequence[Running]) -> None:
    for number in (signal.SIGTERM, signal.SIGKILL):
        for one in running:
            one.signal(number)
        if _all_gone(running):
            break
    for one in running:
        one.finish()


def _all_gone(running: Sequence[Running]) -> bool:
    deadline = time.monotonic() + STOP_TIMEOUT
    while time.monotonic() < deadline:
        if all(one.is_gone() for one in running):
            return True
        time.sleep(0.05)
    return False


@contextmanager
def _asked_to_stop() -> Iterator[threading.Event]:
    stop = threading.Event()

    def note(_number: int, _frame: FrameType | None) -> None:
        stop.set()

    before = {number: signal.signal(number, note) for number in _STOPPING}
    try:
        yield stop
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
