"""`make demo` as a process: the command it runs, with ports, data and keys of its own."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from tests.support.live_server import PROJECT, free_port

LAST_WORDS = "Ctrl-C stops everything"


def environment(database_url: str, folder: Path) -> dict[str, str]:
    """Nothing of it touches what a developer keeps in the project."""
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("IDP_")}
    return inherited | {
        "IDP_DATABASE_URL": database_url,
        "IDP_KEYS_DIR": str(folder / "keys"),
        "IDP_PORT": str(free_port()),
        "DEMO_RP_PORT": str(_two_free_ports()),
    }


@contextmanager
def started(environment: Mapping[str, str]) -> Iterator[subprocess.Popen[str]]:
    """Ends it in the end, if it has not ended by itself."""
    command = [sys.executable, "-m", "flask", "--app", "wsgi", "idp", "dev", "demo"]
    process = subprocess.Popen(
        command,
        cwd=PROJECT,
        env=environment,
        text=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    )
    try:
        yield process
    finally:
        if process.poll() is None:
            process.terminate()
        process.communicate(timeout=30)


def announcement(process: subprocess.Popen[str]) -> str:
    """What it prints when everything is up."""
    printed = ""
    for line in process.stdout or ():
        printed += line
        if LAST_WORDS in line:
            return printed
    raise AssertionError(printed)


def _two_free_ports() -> int:
    """The first of two in a row, for the two apps."""
    while True:
        port = free_port()
        with socket.socket() as probe:
            try:
                probe.bind(("127.0.0.1", port + 1))
            except OSError:
                continue
            return port
