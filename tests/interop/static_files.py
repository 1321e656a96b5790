"""A folder behind the plainest of web servers."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from tests.support import live_server, run
from tests.support.live_server import LiveServer


@dataclass(slots=True)
class StaticServer(LiveServer):
    """Python's own, which sends no header that would help."""

    def _command(self) -> list[str]:
        port = str(urlsplit(self.url).port)
        return [sys.executable, "-m", "http.server", "--bind", "127.0.0.1", port]


@contextmanager
def served(folder: Path, base_url: str) -> Iterator[None]:
    log = folder.with_suffix(".log")
    server = StaticServer(base_url, {}, log, run.ledger(), folder=folder, health_path="/")
    with live_server.running(server):
        yield
