"""One test run: its folder, shared by all workers, and the promise that nothing is left of it."""

from __future__ import annotations

import os
import shutil
import signal
import tempfile
import time
from contextlib import suppress
from pathlib import Path

from tests.support import postgres


def begin() -> None:
    """In the process that was started by hand; its workers inherit the environment."""
    for name in [name for name in os.environ if name.startswith("IDP_")]:
        del os.environ[name]  # a developer's own settings must not reach the tests
    # To be told to stop is like Ctrl-C: in order, and with nothing left behind.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    os.environ["TEST_RUN_DIR"] = tempfile.mkdtemp(prefix="idp-test-run-")
    os.environ["TEST_RUN_PID"] = str(os.getpid())
    os.environ["TEST_RUN_BEGAN"] = str(int(time.time()))
    ledger().mkdir()


def folder() -> Path:
    """Where the processes of this run meet."""
    return Path(os.environ["TEST_RUN_DIR"])


def ledger() -> Path:
    """One file per process group that a test has started, named by its id."""
    return folder() / "processes"


def end() -> None:
    """Stop and remove everything that belongs to the run, also what an interrupted worker left."""
    for entry in ledger().iterdir():
        with suppress(ProcessLookupError):
            os.killpg(int(entry.name), signal.SIGKILL)
    postgres.stop(folder())
    shutil.rmtree(folder(), ignore_errors=True)
