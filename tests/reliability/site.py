"""A deployment of one or more nodes: the production server, with workers that are replaced.

Its database is one of this test run, or one that the scenario brings along.
"""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from urllib.parse import urlsplit

from flask import Flask

from benchmarks import processes
from idp import leaving
from idp.cli import serve
from tests.reliability.people import Cast, gather
from tests.support import live_server, provider, run
from tests.support.databases import EngineKind
from tests.support.live_server import PROJECT, LiveServer

WORKERS = 2
THREADS = 16
RESPAWN_SECONDS = 0.2
LEAST_MEMORY_OF_A_WORKER = 20


@dataclass(slots=True)
class Node(LiveServer):
    """As docs/performance.md says it is served: workers, each replaced when it dies."""

    workers: int = WORKERS
    pause: float = 0.0
    """Seconds between SIGTERM and the end, for a proxy to notice."""
    restarts: int = 0

    @property
    def port(self) -> int:
        return urlsplit(self.url).port or 0

    def worker_pids(self) -> list[int]:
        """Without granian's own process and Python's resource tracker."""
        if self.process is None:
            return []
        known = (pid for pid in processes.tree(self.process.pid) if pid != self.process.pid)
        return [pid for pid in known if processes.pss_mib(pid) > LEAST_MEMORY_OF_A_WORKER]

    async def kept_alive(self) -> None:
        """What the service manager does (`Restart=always`): granian itself ends, too, when a worker
        dies within five seconds of its replacement, since it takes that for a crash loop.
        """
        while True:
            await asyncio.sleep(0.1)
            if self.process is not None and self.process.poll() is not None:
                self.restarts += 1
                await asyncio.to_thread(self._start_again)

    def _start_again(self) -> None:
        self.stop()
        self.start()

    def is_ready(self) -> bool:
        """Database, schema and keys can be used."""
        connection = HTTPConnection("127.0.0.1", self.port, timeout=5)
        try:
            connection.request("GET", "/readyz")
            return connection.getresponse().status == 200
        except (OSError, HTTPException):
            return False
        finally:
            connection.close()

    def is_complete(self) -> bool:
        """Every worker that was begun has said that it serves."""
        said = self.output()
        return all(
            said.rfind(f"Started worker-{number}") > said.rfind(f"Spawning worker-{number} ")
            for number in range(1, self.workers + 1)
        )

    def kill_a_worker(self) -> bool:
        """The oldest, as the kernel does when memory is short. False: there is none just now."""
        found = sorted(self.worker_pids(), key=_began)
        if not found:
            return False
        with suppress(ProcessLookupError):
            os.kill(found[0], signal.SIGKILL)
        return True

    def start(self) -> None:
        """Return when it answers. What it said when it ended before is no longer so."""
        self._announcement.unlink(missing_ok=True)
        LiveServer.start(self)

    @property
    def _announcement(self) -> Path:
        return Path(self.environment[leaving.FILE])

    def _command(self) -> list[str]:
        where = ["--host", "127.0.0.1", "--port", str(self.port), "--no-ws"]
        room = ["--workers", str(self.workers), "--blocking-threads", str(self.threads)]
        again = ["--respawn-failed-workers", "--respawn-interval", str(RESPAWN_SECONDS)]
        options = ["--interface", "wsgi", *where, *room, *again, *self.application]
        return serve.program(str(self._announcement), self.pause, options)


def _began(pid: int) -> float:
    """When the process was started; one that has gone, long ago."""
    with suppress(OSError):
        return Path(f"/proc/{pid}").stat().st_mtime
    return 0.0


@dataclass(slots=True)
class Site:
    """`app` is this process's own door to the same database."""

    nodes: list[Node]
    app: Flask
    cast: Cast
    environment: Mapping[str, str]
    folder: Path
    _jobs: list[subprocess.Popen[bytes]] = field(default_factory=list)

    @property
    def ports(self) -> list[int]:
        return [node.port for node in self.nodes]

    def start_jobs(self) -> subprocess.Popen[bytes]:
        """The background jobs in a process of their own."""
        with (self.folder / "jobs.log").open("ab") as output:
            process = subprocess.Popen(
                [sys.executable, "-m", "idp", "jobs"],
                cwd=PROJECT,
                env=dict(self.environment),
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        (run.ledger() / str(process.pid)).touch()
        self._jobs.append(process)
        return process

    def stop_jobs(self) -> None:
        for process in self._jobs:
            process.kill()
            process.wait()
            (run.ledger() / str(process.pid)).unlink(missing_ok=True)
        self._jobs.clear()

    def command(self, *words: str) -> subprocess.CompletedProcess[str]:
        """`idp …`, as an operator types it."""
        return subprocess.run(
            [sys.executable, "-m", "idp", *words],
            cwd=PROJECT,
            env=dict(self.environment),
            capture_output=True,
            text=True,
            check=False,
            timeout=60,
        )

    def unexpected(self) -> list[str]:
        """Lines of the servers' logs that tell of a bug."""
        lines = (line for node in self.nodes for line in node.output().splitlines())
        return [line[:400] for line in lines if "unexpected error" in line]


@contextmanager
def opened(
    kind: EngineKind,
    folder: Path,
    *,
    nodes: int = 1,
    workers: int = WORKERS,
    settings: Mapping[str, str] | None = None,
    pause: float = 0.0,
) -> Iterator[Site]:
    """With a migrated database of its own, people and apps."""
    with (
        provider.databases().migrated(kind, folder) as url,
        at(url, folder, nodes=nodes, workers=workers, settings=settings, pause=pause) as site,
    ):
        yield site


@contextmanager
def at(
    database_url: str,
    folder: Path,
    *,
    nodes: int = 1,
    workers: int = WORKERS,
    settings: Mapping[str, str] | None = None,
    seen_by_nodes: str | None = None,
    application: str = "wsgi:app",
    pause: float = 0.0,
) -> Iterator[Site]:
    """The same on a migrated database; the nodes may have to take another way to it."""
    chosen = provider.settings_for(
        database_url, run.folder(), mail_url=f"file://{folder / 'mail'}", database_pool_size=THREADS
    )
    app = provider.build(chosen)
    environment = provider.environment(chosen) | {
        "IDP_TRUSTED_PROXY_HOPS": "1",
        "IDP_DATABASE_URL": seen_by_nodes or database_url,
        **(settings or {}),
    }
    try:
        with ExitStack() as running:
            members = [_node(number, environment, folder, workers) for number in range(nodes)]
            for node in members:
                node.application, node.pause = (application,), pause
                running.enter_context(live_server.running(node))
            site = Site(members, app, gather(app), environment, folder)
            running.callback(site.stop_jobs)
            yield site
    finally:
        provider.dispose(app)


def _node(number: int, environment: Mapping[str, str], folder: Path, workers: int) -> Node:
    url = f"http://localhost:{live_server.free_port()}"
    own = {**environment, leaving.FILE: str(folder / f"node{number}.leaves")}
    log = folder / f"node{number}.log"
    return Node(url, own, log, run.ledger(), threads=THREADS, workers=workers)


async def recovers(node: Node, within: float = 120.0) -> float:
    """Seconds until it is ready for traffic again. Returns when every worker is there, too."""
    began = time.monotonic()
    async with asyncio.timeout(within):
        while not await asyncio.to_thread(node.is_ready):
            await asyncio.sleep(0.02)
        seconds = time.monotonic() - began
        while not await asyncio.to_thread(node.is_complete):
            await asyncio.sleep(0.1)
    return seconds
