"""The two databases, durable as in production: a SQLite file, and a PostgreSQL of our own."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path

from benchmarks import processes
from tests.support.postgres_guard import DURABLE, Account, first_that_works


@dataclass(frozen=True, slots=True)
class Database:
    """Where it is, and which process serves it, if it has one."""

    kind: str
    url: str
    pid: int | None = None

    def cpu_seconds(self) -> float:
        """What its own processes have used; SQLite runs inside ours."""
        return processes.cpu_seconds(self.pid) if self.pid else 0.0


@contextmanager
def _sqlite(folder: Path) -> Iterator[Database]:
    yield Database("sqlite", f"sqlite:///{folder / 'idp.sqlite3'}")


@contextmanager
def _postgresql(_folder: Path) -> Iterator[Database]:
    server = first_that_works(Account.for_server(), DURABLE)
    try:
        yield Database("postgresql", server.url, server.process.pid)
    finally:
        server.stop()


KINDS: dict[str, Callable[[Path], AbstractContextManager[Database]]] = {
    "sqlite": _sqlite,
    "postgresql": _postgresql,
}
