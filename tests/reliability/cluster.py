"""A PostgreSQL primary and its synchronous standby: real servers on loopback."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

from benchmarks import processes
from tests.support import live_server
from tests.support.postgres_guard import (
    CLUSTER,
    DURABLE,
    ROOM,
    Account,
    Process,
    StartFailed,
    candidates,
)

STANDBY = "standby1"
START_TIMEOUT = 60.0


@dataclass(slots=True)
class Pair:
    """`primary` is killed, `standby` promoted; the URL names both."""

    folder: Path
    programs: Path
    account: Account
    primary_port: int = field(default_factory=live_server.free_port)
    standby_port: int = field(default_factory=live_server.free_port)
    _running: dict[int, Process] = field(default_factory=dict)

    @property
    def url(self) -> str:
        """As `IDP_DATABASE_URL` names a cluster: whichever of them takes writes."""
        hosts = "&".join(f"host=127.0.0.1:{one}" for one in (self.primary_port, self.standby_port))
        return f"postgresql+psycopg://idp@/idp?{hosts}&target_session_attrs=read-write"

    def start(self) -> None:
        """Both, in step: from here on a commit waits until the standby has it on disk."""
        primary, standby = self.folder / "primary", self.folder / "standby"
        self._run("initdb", "-D", str(primary), *CLUSTER)
        self._start(primary, self.primary_port)
        self._run("createdb", *self._where(self.primary_port), "idp")
        source = f"host=127.0.0.1 port={self.primary_port} user=idp application_name={STANDBY}"
        self._run("pg_basebackup", "-D", str(standby), "-R", "-c", "fast", "-d", source)
        self._start(standby, self.standby_port)
        change = f"ALTER SYSTEM SET synchronous_standby_names = '{STANDBY}'"
        self._psql(self.primary_port, change)
        self._psql(self.primary_port, "SELECT pg_reload_conf()")
        deadline = time.monotonic() + START_TIMEOUT
        state = "SELECT sync_state FROM pg_stat_replication"
        while self._psql(self.primary_port, state) != "sync":
            if time.monotonic() > deadline:
                raise StartFailed("the standby does not follow")
            time.sleep(0.1)

    def kill_primary(self) -> None:
        """All of it at once, as when its machine burns."""
        server = self._running.pop(self.primary_port)
        for pid in processes.tree(server.pid):
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        server.wait()

    def promote(self) -> None:
        """Return when the standby takes writes."""
        self._run("pg_ctl", "promote", "-w", "-D", str(self.folder / "standby"))

    def stop(self) -> None:
        for server in self._running.values():
            server.send_signal(signal.SIGQUIT)
            try:
                server.wait(10)
            except subprocess.TimeoutExpired:
                server.kill()
                server.wait()

    def _where(self, port: int) -> tuple[str, ...]:
        return ("-h", "127.0.0.1", "-p", str(port), "-U", "idp")

    def _run(self, program: str, *words: str) -> None:
        self.account.run([str(self.programs / program), *words], self.folder)

    def _psql(self, port: int, statement: str) -> str:
        command = [str(self.programs / "psql"), *self._where(port), "-Atc", statement, "idp"]
        done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=30)
        return done.stdout.strip()

    def _start(self, data: Path, port: int) -> None:
        settings = (*DURABLE, *ROOM, "listen_addresses=127.0.0.1", f"port={port}", "hot_standby=on")
        words = [f"-c{setting}" for setting in settings]
        with (self.folder / f"{data.name}.log").open("w") as output:
            command = [str(self.programs / "postgres"), "-D", str(data), "-k", "", *words]
            self._running[port] = self.account.start(command, self.folder, output)
        deadline = time.monotonic() + START_TIMEOUT
        while True:
            with suppress(subprocess.CalledProcessError):
                self._psql_maintenance(port)
                return
            if self._running[port].poll() is not None or time.monotonic() > deadline:
                raise StartFailed((self.folder / f"{data.name}.log").read_text()[-2000:])
            time.sleep(0.1)

    def _psql_maintenance(self, port: int) -> None:
        command = [str(self.programs / "psql"), *self._where(port), "-Atc", "SELECT 1", "postgres"]
        subprocess.run(command, capture_output=True, check=True, timeout=30)


@contextmanager
def pair() -> Iterator[Pair]:
    """Started now, gone in the end. Raises `StartFailed`."""
    account = Account.for_server()
    folder = Path(tempfile.mkdtemp(prefix="idp-pair-", dir="/tmp"))
    account.own(folder)
    try:
        made = Pair(folder, _programs(account, folder), account)
        try:
            made.start()
            yield made
        finally:
            made.stop()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _programs(account: Account, folder: Path) -> Path:
    """The first with a client beside the server, that its account may run."""
    for programs in candidates():
        if (programs / "psql").exists() and (programs / "pg_basebackup").exists():
            with suppress(PermissionError, StartFailed):
                account.run([str(programs / "postgres"), "--version"], folder)
                return programs
    raise StartFailed(
        "no PostgreSQL with psql and pg_basebackup; on Debian: apt-get install postgresql"
    )
